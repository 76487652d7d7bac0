import { nowMs } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import { errorFields, log } from '../../platform/log.ts';
import { sectionOf } from '../ledger/build.ts';
import { filtered, NO_SECTION, type Section } from '../ledger/columns.ts';
import { joined } from '../ledger/join.ts';
import { Dictionary, sectionFrom, segmentsOf } from '../ledger/segments.ts';
import { expireSegments, putSegment, readSegments, type SegmentPlace } from '../ledger/store.ts';
import type { Context } from '../lines/values.ts';
import { decidingContext } from '../records/context.ts';
import { readBooks, readCustomerIds, type StoredBook, shards } from '../records/store.ts';
import { type Definition, decidedUnder, definitionNamed, idOf } from './definition.ts';
import { sectionOfComparison } from './difference.ts';
import { readDatedFacts } from './read-facts.ts';
import { replayed } from './replay.ts';
import {
  type AskedLedger,
  readAskedLedgers,
  readShardHeads,
  readVersions,
  type ShardHead,
  type Versions,
  writeShardHead,
} from './store.ts';

const CUSTOMERS_AT_ONCE = 20;
/** A shard is looked at again after this. */
const LOOK_AGAIN_MS = 3_600_000;
/** What nobody has asked for so long is not kept up to date. */
const KEPT_FOR_MS = 7 * 86_400_000;
/** What a shard leaves expires so long after it was written; in the second half of that it is written again. */
const LASTS_SECONDS = 30 * 86_400;
/** A function that records ends within so many seconds of the time that it records by. */
const RECORDING_SECONDS = 30;

interface Making {
  readonly definition: Definition;
  readonly rates: Context['rates'];
  readonly zone: string;
}

/** Rows of one customer, and of all that are one with it. */
const decided = async (customerId: string, { place }: StoredBook, { definition, rates, zone }: Making): Promise<Section> => {
  if (place.movedTo !== undefined) return NO_SECTION;
  const facts = await readDatedFacts([customerId, ...(place.members ?? [])]);
  if (definition.kind === 'profile') return sectionOf(replayed(customerId, facts, { profile: definition.profile, rates }, zone));
  return sectionOfComparison(
    customerId,
    facts.map(({ fact }) => fact),
    definition,
    rates,
  );
};

/** Of a version that no recording has: it is looked at again with the next run. */
const TO_LOOK_AT = -1;

interface Looked {
  readonly fresh: Section;
  /** Who was decided again: their rows of before are replaced. */
  readonly again: ReadonlySet<string>;
  readonly versions: Versions;
  readonly failed: number;
}

/** Decides those customers again of whom something was recorded since; the others keep their rows. */
const lookAtAll = async (customerIds: readonly string[], before: Versions, making: Making): Promise<Looked> => {
  const sections: Section[] = [];
  const versions: Record<string, number> = {};
  const again = new Set<string>();
  let failed = 0;
  for (let from = 0; from < customerIds.length; from += CUSTOMERS_AT_ONCE) {
    const some = customerIds.slice(from, from + CUSTOMERS_AT_ONCE);
    const books = await readBooks(some);
    await Promise.all(
      some.map(async (customerId) => {
        const book = books.get(customerId);
        if (book === undefined) return;
        versions[customerId] = book.version;
        if (before[customerId] === book.version) return;
        try {
          sections.push(await decided(customerId, book, making));
          again.add(customerId);
        } catch (error) {
          failed += 1;
          versions[customerId] = TO_LOOK_AT;
          log.error('a customer could not be decided under another profile; it is looked at again with the next run', {
            ...errorFields(error),
            customerId,
          });
        }
      }),
    );
  }
  return { fresh: joined(sections), again, versions, failed };
};

/** A shard's rows without those of customers who were decided again. */
const keptRows = async (ledger: string, head: ShardHead | undefined, again: ReadonlySet<string>): Promise<Section> => {
  const bytes = head === undefined ? [] : await readSegments(ledger, head.segments);
  if (bytes === undefined) throw new Error(`segments of ${ledger} were replaced while they were read; the next run goes on`);
  const { rows, names } = sectionFrom(bytes);
  const stays = names.customers.map((customerId) => !again.has(customerId));
  return { rows: filtered(rows, (row) => stays[rows.customer[row] as number] === true), names };
};

/** One shard, looked at now; answers how many customers could not be decided: they keep what they had. */
const lookAtShard = async (ledger: string, shard: string, known: ShardHead | undefined, making: Making, under: string): Promise<number> => {
  const lookedAtMs = nowMs();
  const head = known?.decidedUnder === under ? known : undefined;
  const before = head === undefined ? {} : await readVersions(ledger, shard);
  const { fresh, again, versions, failed } = await lookAtAll(await readCustomerIds(shard), before, making);
  const isSame = Object.keys(versions).every((customerId) => versions[customerId] === before[customerId]);
  const nowSecond = Math.floor(lookedAtMs / 1_000);
  const lasts = head !== undefined && isSame && head.expiresAt - nowSecond > LASTS_SECONDS / 2;
  const next = {
    shard,
    number: (known?.number ?? 0) + 1,
    through: nowSecond - RECORDING_SECONDS,
    lookedAtMs,
    decidedUnder: under,
    expiresAt: lasts ? head.expiresAt : nowSecond + LASTS_SECONDS,
  };
  let { rows, segments } = head ?? { rows: 0, segments: [] as readonly SegmentPlace[] };
  if (!lasts) {
    const kept = await keptRows(ledger, head, again);
    const whole = joined([kept, fresh]);
    const written: SegmentPlace[] = [];
    for (const bytes of segmentsOf(whole, new Dictionary()))
      written.push(await putSegment(ledger, `SHARD-${shard}`, next.number, bytes, next.expiresAt));
    [rows, segments] = [whole.rows.length, written];
  }
  const put = await writeShardHead(ledger, { ...next, rows, segments }, known, versions);
  if (!put.ok) log.info('another run put this shard of a ledger', { source: shard, code: put.problem.code });
  else if (!lasts && known !== undefined) await expireSegments(ledger, known.segments, nowSecond);
  return failed;
};

const isDue = (head: ShardHead | undefined, { wantedAtMs }: AskedLedger, under: string): boolean =>
  head === undefined || head.decidedUnder !== under || head.lookedAtMs < wantedAtMs || nowMs() - head.lookedAtMs >= LOOK_AGAIN_MS;

export interface KeptUp {
  readonly shards: number;
  readonly failed: number;
  /** False where time was up: the next run goes on. */
  readonly isDone: boolean;
}

/**
 * Makes the ledgers that were asked for, shard by shard, and keeps them up to date while somebody looks at them: those customers are decided again
 * of whom something was recorded since, and under other plan rates or rules all. What a run leaves, the next goes on with. A ledger by a
 * definition that the configuration has no more is left to expire.
 */
export const keepDecidedLedgers = async (hasTime: () => boolean): Promise<KeptUp> => {
  const { profiles, zone } = companyConfig();
  let [done, failed] = [0, 0];
  for (const asked of await readAskedLedgers()) {
    const definition = definitionNamed(asked, profiles);
    if (definition === undefined || idOf(definition) !== asked.ledger || nowMs() - asked.askedAtMs > KEPT_FOR_MS) continue;
    const context = await decidingContext();
    const under = decidedUnder(context);
    const heads = new Map((await readShardHeads(asked.ledger)).map((head) => [head.shard, head]));
    for (const shard of shards) {
      const head = heads.get(shard);
      if (!isDue(head, asked, under)) continue;
      if (!hasTime()) return { shards: done, failed, isDone: false };
      failed += await lookAtShard(asked.ledger, shard, head, { definition, rates: context.rates, zone }, under);
      done += 1;
    }
  }
  return { shards: done, failed, isDone: true };
};
