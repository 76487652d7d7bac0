import type { Random } from '../../demo/random.ts';

/** What may befall a call of a handler. `before` and `after`: its effect. */
export type Fault =
  | 'throttled'
  | 'in-conflict'
  | 'partly-done'
  | 'failed-before'
  | 'failed-after'
  | 'unanswered-before'
  | 'unanswered-after'
  | 'killed-before'
  | 'killed-after';

const WRITES: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'TransactWriteItems', 'BatchExecuteStatement']);
const TABLE: ReadonlySet<string> = new Set([...WRITES, 'GetItem', 'BatchGetItem', 'Query']);
const IN_PARTS: ReadonlySet<string> = new Set(['BatchGetItem', 'BatchExecuteStatement']);

const EVERYWHERE: readonly Fault[] = [
  'failed-before',
  'failed-after',
  'unanswered-before',
  'unanswered-after',
  'killed-before',
  'killed-after',
];

const kindsOf = (operation: string): readonly Fault[] => [
  ...EVERYWHERE,
  ...(TABLE.has(operation) ? (['throttled'] as const) : []),
  ...(WRITES.has(operation) ? (['in-conflict'] as const) : []),
  ...(IN_PARTS.has(operation) ? (['partly-done'] as const) : []),
];

/** The fault of a call, or none. */
export const faultOf = (operation: string, random: Random, perMille: number): Fault | undefined =>
  random.chance(perMille) ? random.pick(kindsOf(operation)) : undefined;
