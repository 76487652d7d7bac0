import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableText } from '../../bench/report.ts';
import { startWholeStack, type WholeStack } from '../../bench/whole-stack.ts';
import { putPartnerEvents } from '../../local/partner-bus.ts';
import type { StreamRecord } from '../../local/service.ts';
import { startStripe } from '../../local/stripe.ts';
import type { Proof } from './proof.ts';
import { SAMPLE_ORG, type SampleFate, salesforceFates } from './salesforce-samples.ts';

const CONTRACTS = join(import.meta.dirname, '../../test/contracts');
const PARTNER_SOURCE = 'aws.partner/stripe.com/ed_test_61SmplDestination0001';
/** The samples' own present. */
const CLOCK_AT = Date.parse('2026-10-26T00:00:00Z');
/** Answers to reads, which are kept beside the deliveries that lead to them. */
const NO_DELIVERY = /fetched_event/;

const TAKEN_IN = 'taken in';
const SILENCE = 'SILENCE';
/** More than any proof writes to the table. */
const MAX_RECORDS = 100_000;

type Json = Record<string, unknown>;

interface Parked {
  readonly eventId: string;
  readonly reason: string;
  readonly detail: string;
}

interface Delivered {
  readonly file: string;
  readonly eventId: string;
  readonly type: string;
  readonly livemode: boolean;
  readonly answered: number;
}

/** Samples of a folder of Stripe's, by their paths; none where it does not exist. */
const samplesIn =
  (from: string) =>
  (folder: string): readonly (readonly [string, Json])[] => {
    const place = join(from, 'stripe', folder);
    if (!existsSync(place)) return [];
    return readdirSync(place)
      .filter((name) => name.endsWith('.json') && !NO_DELIVERY.test(name))
      .sort()
      .map((name) => [`stripe/${folder}/${name}`, JSON.parse(readFileSync(join(place, name), 'utf8')) as Json]);
  };

const putPartnerEvent = async ({ stack }: WholeStack, envelope: Json): Promise<number> => {
  const event = { source: PARTNER_SOURCE, detailType: String(envelope['detail-type']), detail: JSON.stringify(envelope['detail']) };
  return putPartnerEvents(stack, [event]).then(
    () => 200,
    () => 500,
  );
};

const deliverAll = async (whole: WholeStack, from: string): Promise<readonly Delivered[]> => {
  const delivered: Delivered[] = [];
  for (const [file, event] of ['events', 'thin', 'legacy-api-versions'].flatMap(samplesIn(from))) {
    const { status } = await whole.postWebhook(event);
    delivered.push({
      file,
      eventId: String(event['id']),
      type: String(event['type']),
      livemode: event['livemode'] === true,
      answered: status,
    });
  }
  for (const [file, envelope] of samplesIn(from)('eventbridge')) {
    const detail = envelope['detail'] as Json;
    const answered = await putPartnerEvent(whole, envelope);
    delivered.push({ file, eventId: String(detail['id']), type: String(detail['type']), livemode: detail['livemode'] === true, answered });
  }
  await whole.stack.idle();
  return delivered;
};

export const allParked = async ({ api }: Pick<WholeStack, 'api'>, id = 'stripe-main'): Promise<readonly Parked[]> => {
  const items: Parked[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { readonly items: readonly Parked[]; readonly nextCursor: string | null } = await api(
      `/api/v1/integrations/${id}/parked?limit=200${after}`,
    );
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
};

export const deadLetters = async ({ api }: Pick<WholeStack, 'api'>): Promise<number> => {
  const queues = await api<{ readonly deadLetters: boolean; readonly visible: number }[]>('/local/queues');
  return queues.filter((queue) => queue.deadLetters).reduce((sum, { visible }) => sum + visible, 0);
};

/** All that was ever written to the table, oldest first. */
export const tableRecords = ({ stack }: Pick<WholeStack, 'stack'>): readonly StreamRecord[] => {
  const { streams } = stack.services;
  const sources = stack.resources.ofType('AWS::Lambda::EventSourceMapping').map(({ properties }) => String(properties['EventSourceArn']));
  const streamArn = sources.find((arn) => arn.startsWith('arn:aws:dynamodb:')) ?? '';
  return streams.shards(streamArn).flatMap((shard) => streams.read(streamArn, shard, undefined, MAX_RECORDS));
};

/** Ids of the events that are marked as handled, beside the object that they showed or led to. */
export const handledEvents = (whole: Pick<WholeStack, 'stack'>): ReadonlySet<string> => {
  const keys = tableRecords(whole).map(
    ({ dynamodb }) => dynamodb.Keys as { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } },
  );
  return new Set(keys.filter(({ pk }) => pk.S.startsWith('SRC#')).map(({ sk }) => sk.S.slice(sk.S.lastIndexOf('#') + 1)));
};

/** One event came twice, once in the other mode: only that delivery is parked for it. */
const fateOf = (event: Delivered, parked: ReadonlyMap<string, Parked>, handled: ReadonlySet<string>): string => {
  if (event.answered !== 200) return `answered ${event.answered}`;
  const reason = parked.get(event.eventId)?.reason;
  if (reason !== undefined && (reason !== 'livemode-mismatch' || event.livemode)) return `parked: ${reason}`;
  return handled.has(event.eventId) ? TAKEN_IN : SILENCE;
};

export const samples: Proof = {
  name: 'samples',
  proves: 'every sample of Stripe and Salesforce is taken in or parked with a reason; none ends in a 5xx, a dead letter or silence',
  run: async ({ from = CONTRACTS }) => {
    const whole = await startWholeStack({
      clock: { atMs: CLOCK_AT, frozen: true },
      stripe: (now) => startStripe({ now }),
      partnerEventSource: PARTNER_SOURCE,
      org: SAMPLE_ORG,
    });
    try {
      for (const [, object] of samplesIn(from)('objects'))
        if (typeof object['id'] === 'string' && object['deleted'] !== true) whole.stripe.put(object);
      const delivered = await deliverAll(whole, from);
      const parked = new Map((await allParked(whole)).map((event) => [event.eventId, event]));
      const handled = handledEvents(whole);
      const fates: readonly SampleFate[] = [
        ...delivered.map((event): SampleFate => [event.file, event.type, fateOf(event, parked, handled)]),
        ...(await salesforceFates(whole, join(from, 'salesforce'))),
      ];
      const dead = await deadLetters(whole);
      const { items } = await whole.api<{ readonly items: readonly { readonly deliveries: Readonly<Record<string, number>> }[] }>(
        '/api/v1/integrations',
      );
      const failed = items.reduce((sum, { deliveries }) => sum + (deliveries['failed'] ?? 0), 0);
      const count = (fate: RegExp): number => fates.filter(([, , what]) => fate.test(what)).length;
      const refused = count(/^answered/);
      const silent = count(new RegExp(SILENCE));
      const unexplained = [...parked.values()].filter(({ reason, detail }) => reason === '' || detail === '').length;
      return {
        holds: refused === 0 && dead === 0 && failed === 0 && unexplained === 0 && silent === 0 && whole.stack.denied().length === 0,
        sentence: `${fates.length} samples: ${count(new RegExp(`^${TAKEN_IN}`))} taken in, ${count(/^parked/)} parked with a reason, ${count(/^dropped/)} dropped with a reason, ${count(/^no delivery/)} that are answers and no deliveries, ${refused} refused, ${silent} in silence, ${dead} dead letters, ${failed} failed.`,
        table: tableText(['sample', 'type', 'what became of it'], fates),
      };
    } finally {
      await whole.stop();
    }
  },
};
