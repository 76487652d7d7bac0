import * as z from 'zod/mini';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { nullish, seconds } from './snapshots.ts';

type Json = Readonly<Record<string, unknown>>;

/** An event as Stripe wrote it, whichever way it came: snapshot (`event`) or thin (`v2.core.event`). */
export interface SourceEvent {
  readonly id: string;
  readonly type: string;
  /** Whole epoch seconds of Stripe's clock. It may lie months ahead: Stripe's test clocks write simulated times. */
  readonly createdAt: number;
  readonly livemode: boolean;
  readonly content:
    | { readonly kind: 'snapshot'; readonly apiVersion: string | null; readonly object: Json; readonly previous?: Json }
    | { readonly kind: 'thin'; readonly related?: { readonly id: string; readonly type: string }; readonly account?: string }
    /** Stood in for by our own ingest, because it was too large for the bus. */
    | { readonly kind: 'oversized' };
  readonly raw: Json;
}

const id = z.string().check(z.regex(/^evt_[A-Za-z0-9_]{1,90}$/));
const type = z.string().check(z.minLength(1), z.maxLength(128));

const snapshotEvent = z.object({
  id,
  object: z.literal('event'),
  type,
  api_version: nullish(z.string()),
  created: seconds,
  livemode: z.boolean(),
  data: z.object({ object: z.record(z.string(), z.unknown()), previous_attributes: nullish(z.record(z.string(), z.unknown())) }),
  oversized: z.optional(z.literal(true)),
});

const thinEvent = z.object({
  id,
  object: z.literal('v2.core.event'),
  type,
  created: z.string(),
  livemode: z.boolean(),
  context: nullish(z.string()),
  related_object: nullish(z.object({ id: z.string(), type: z.string() })),
});

/** Problem: `shape-unreadable`, where neither form fits. */
export const openSourceEvent = (raw: Json): Result<SourceEvent, Problem<'shape-unreadable'>> => {
  if (raw['object'] === 'v2.core.event') {
    const thin = thinEvent.safeParse(raw);
    const createdMs = thin.success ? Date.parse(thin.data.created) : Number.NaN;
    if (!thin.success || !Number.isFinite(createdMs)) return unreadable('thin event');
    const { related_object: related, context } = thin.data;
    return ok({
      id: thin.data.id,
      type: thin.data.type,
      createdAt: Math.floor(createdMs / 1000),
      livemode: thin.data.livemode,
      content: { kind: 'thin', ...(related ? { related } : {}), ...(context ? { account: context } : {}) },
      raw,
    });
  }
  const snapshot = snapshotEvent.safeParse(raw);
  if (!snapshot.success) return unreadable('event', snapshot.error.issues[0]?.path.map(String).join('.'));
  const { data } = snapshot;
  const previous = data.data.previous_attributes;
  const content = data.oversized
    ? ({ kind: 'oversized' } as const)
    : ({ kind: 'snapshot', apiVersion: data.api_version ?? null, object: data.data.object, ...(previous ? { previous } : {}) } as const);
  return ok({ id: data.id, type: data.type, createdAt: data.created, livemode: data.livemode, content, raw });
};

const unreadable = (what: string, field?: string) =>
  fail('shape-unreadable', `This is not a Stripe ${what} as any version writes it.`, field);
