import type { Attributes } from '../../functions/platform/clients/attributes.ts';
import { laneOf, logKey, packCounters } from './functions.ts';
import type { Life } from './history.ts';

/** Every tenth entry of the past says something, so that a fold that forgets entries shows. */
const SAID_EVERY = 10;
const MONTH = '2024-03';

const packed = (name: string, amount: number): Attributes[string] => ({
  B: Buffer.from(packCounters(new Map([[MONTH, new Map([[name, BigInt(amount)]])]]))).toString('base64'),
});

/** Entries of the totals' log that were made before the life begins. */
const logEntries = new Map<string, Attributes>();
const logEntry = (lane: string, position: number): Attributes => {
  const sk = logKey(position);
  const known = logEntries.get(sk);
  if (known !== undefined) return known;
  const says = position % SAID_EVERY === 0;
  const made: Attributes = {
    pk: { S: `TOT#${lane}` },
    sk: { S: sk },
    checkpoints: { M: {} },
    ...(says ? { MAIN: packed('05|total||new|USD', position), CUTS: packed('05|segment|Starter|new|USD', position) } : {}),
  };
  logEntries.set(sk, made);
  return made;
};

/**
 * What the table holds before the life begins: a log of the totals, that all days before `today` are gone through, and a number of the rate set
 * that no run before this one had, since functions keep what they read under it.
 */
export const beforehand = ({ logged }: Life, shard: string, rateSet: number, today: string): readonly Attributes[] => [
  {
    pk: { S: 'COMPANY#FX' },
    sk: { S: 'RATESET' },
    version: { N: String(rateSet) },
    recordedAt: { S: '2024-01-01T00:00:00.000Z' },
    __edb_e__: { S: 'rateSet' },
    __edb_v__: { S: '1' },
  },
  {
    pk: { S: 'WATCHED#lapses' },
    sk: { S: 'MARK' },
    name: { S: 'lapses' },
    day: { S: today },
    __edb_e__: { S: 'arrWatchMark' },
    __edb_v__: { S: '1' },
  },
  ...Array.from({ length: logged }, (_, i) => logEntry(laneOf(shard), i + 1)),
];
