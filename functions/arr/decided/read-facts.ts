import { customerIdOf, factKeyOf } from '../lines/facts.ts';
import { type RecordedFacts, readRecordedFacts } from '../records/store.ts';
import type { DatedFact } from './replay.ts';

const secondOf = (instant: string): number => Math.floor(Date.parse(instant) / 1_000);

/** When each recording was made: one that does not tell it, not before the one in front of it, nor before its source showed what it tells. */
const dated = (recordings: readonly RecordedFacts[]): readonly DatedFact[] => {
  let last = 0;
  return recordings.flatMap(({ recordedAt, facts }) => {
    const shown = facts.reduce((newest, { data }) => Math.max(newest, data.provenance.observedAt), last);
    last = recordedAt === undefined ? shown : secondOf(recordedAt);
    return facts.map((fact): DatedFact => ({ fact, recordedAt: last }));
  });
};

/** All facts of customers that are one, each once, with when it was first recorded; wherever among their recordings it stands. */
export const readDatedFacts = async (members: readonly string[]): Promise<readonly DatedFact[]> => {
  const all = (await Promise.all(members.map(readRecordedFacts))).flatMap(dated);
  const isMember = new Set(members);
  const first = new Map<string, DatedFact>();
  for (const one of all) {
    const customerId = customerIdOf(one.fact);
    const key = `${customerId} ${factKeyOf(one.fact)}`;
    const known = first.get(key);
    if (isMember.has(customerId) && (known === undefined || one.recordedAt < known.recordedAt)) first.set(key, one);
  }
  return [...first.values()];
};
