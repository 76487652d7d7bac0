import type { z } from 'zod/mini';
import type { WholeStack } from '../../bench/whole-stack.ts';
import type { Movement } from '../../functions/arr/events.ts';
import type { arrRoutes, arrStatus } from '../../functions/arr/routes.ts';
import { addMonths, endOfMonth } from '../../functions/platform/calendar.ts';

/** What the demo proof reads by the API, and what it works out from that by itself. */
export type Status = z.infer<typeof arrStatus>;
type Waterfall = z.infer<typeof arrRoutes.getArrWaterfall.response>;

/** The imported book tells of ARR that began years before its import. */
const FIRST_MONTH = '2015-01-01';
const LAST_MONTH = '2026-12-01';
const PAGE = 200;

/** All movements of all customers, month by month, page by page. */
export const readAllMovements = async ({ api }: WholeStack): Promise<readonly Movement[]> => {
  const all: Movement[] = [];
  for (let month = FIRST_MONTH; month <= LAST_MONTH; month = addMonths(month, 1)) {
    let cursor: string | null = '';
    while (cursor !== null) {
      const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const path = `/api/v1/arr/movements?from=${month}&to=${endOfMonth(month)}&limit=${PAGE}${after}`;
      const page: { readonly items: readonly Movement[]; readonly nextCursor: string | null } = await api(path);
      all.push(...page.items);
      cursor = page.nextCursor;
    }
  }
  return all;
};

interface Standing {
  readonly arrMinor: bigint;
  readonly segment: string;
}

/** A change of attributes shows what moves between segments; the customer's sum stays. */
const netOf = ({ fromAttributes, lines }: Movement): bigint =>
  fromAttributes === undefined ? lines.reduce((sum, line) => sum + BigInt(line.planDeltaMinor), 0n) : 0n;

const byDay = (a: Movement, b: Movement): number => (a.effectiveOn < b.effectiveOn ? -1 : a.effectiveOn > b.effectiveOn ? 1 : 0);

/** Customers with ARR on a day by segment: each customer's movements are summed, and its newest attributes until then count. */
export const customersByTier = (movements: readonly Movement[]): ((on: string) => ReadonlyMap<string, number>) => {
  const inOrder = [...movements].sort(byDay);
  return (on) => {
    const customers = new Map<string, Standing>();
    for (const movement of inOrder) {
      if (movement.effectiveOn > on) break;
      const arrMinor = (customers.get(movement.customerId)?.arrMinor ?? 0n) + netOf(movement);
      customers.set(movement.customerId, { arrMinor, segment: movement.attributes['segment'] ?? '' });
    }
    const counts = new Map<string, number>();
    for (const { arrMinor, segment } of customers.values()) if (arrMinor > 0n) counts.set(segment, (counts.get(segment) ?? 0) + 1);
    return counts;
  };
};

const waterfall = ({ api }: Pick<WholeStack, 'api'>, from: string, to: string, cut: string): Promise<Waterfall> => {
  const [dimension, value] = cut.split(' ');
  const query = value === undefined ? '' : `&dimension=${dimension}&value=${encodeURIComponent(value)}`;
  return api(`/api/v1/arr/waterfall?from=${from}&to=${to}&period=month${query}`);
};

export const readSegments = async (whole: Pick<WholeStack, 'api'>, from: string, to: string): Promise<readonly string[]> => {
  const { values } = await whole.api<Waterfall>(`/api/v1/arr/waterfall?from=${from}&to=${to}&dimension=segment&value=Starter`);
  return values;
};

export interface Footing {
  readonly months: number;
  /** Months whose opening and movements do not sum to the closing, or whose opening is not the closing before. */
  readonly broken: number;
  readonly closingMinor: readonly bigint[];
}

/** A row of the demo is whole: it loads a plan rate for every currency. */
const amountsOf = ({ startsOn, openingMinor, movements, closingMinor }: Waterfall['rows'][number]) => {
  if (openingMinor === undefined || movements === undefined || closingMinor === undefined)
    throw new Error(`the waterfall's row from ${startsOn} lacks a plan rate`);
  return { openingMinor: BigInt(openingMinor), movements, closingMinor: BigInt(closingMinor) };
};

/** `cut`: empty for the total, or `segment Starter`. */
export const footing = async (whole: Pick<WholeStack, 'api'>, from: string, to: string, cut: string): Promise<Footing> => {
  const rows = (await waterfall(whole, from, to, cut)).rows.map(amountsOf);
  const broken = rows.filter(({ openingMinor, movements, closingMinor }, i) => {
    const sum = movements.reduce((total, { netMinor }) => total + BigInt(netMinor), openingMinor);
    return sum !== closingMinor || (i > 0 && rows[i - 1]?.closingMinor !== openingMinor);
  }).length;
  return { months: rows.length, broken, closingMinor: rows.map(({ closingMinor }) => closingMinor) };
};

export interface Notice {
  readonly threshold: string;
  readonly reachedOn: string;
  readonly noticedAt: string;
}

/** The milestone notices of the first plan version, as they stand in the table. */
export const milestoneNotices = async ({ stack, api }: WholeStack): Promise<readonly Notice[]> => {
  const { planVersion } = await api<Status>('/api/v1/arr/status');
  const [table] = stack.resources.ofType('AWS::DynamoDB::Table');
  const answer = await fetch(stack.endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${stack.operatorAccessKeyId}/20260101/${stack.region}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.Query',
    },
    body: JSON.stringify({
      TableName: table?.ref,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `ARR#MILESTONES#${planVersion}` } },
    }),
  });
  if (!answer.ok) throw new Error(`the table answered ${answer.status} ${await answer.text()}`);
  const { Items } = (await answer.json()) as { readonly Items: readonly Readonly<Record<keyof Notice, { readonly S: string }>>[] };
  return Items.map(({ threshold, reachedOn, noticedAt }) => ({
    threshold: threshold.S,
    reachedOn: reachedOn.S,
    noticedAt: noticedAt.S,
  }));
};
