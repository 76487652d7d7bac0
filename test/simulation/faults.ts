import type { Random } from '../../demo/random.ts';

/** What may befall a call of a handler. `before` and `after`: its effect. */
export type Fault =
  | 'throttled'
  | 'in-conflict'
  | 'partly-done'
  | 'not-taken'
  | 'failed-before'
  | 'failed-after'
  | 'unanswered-before'
  | 'unanswered-after'
  | 'killed-before'
  | 'killed-after'
  | StripeFault
  | SalesforceFault;

/** What may befall a request to Stripe, which changes nothing there. */
export type StripeFault = 'slow' | 'too slow' | 'answers 429' | 'answers 500' | 'answers a page of a proxy' | 'breaks off';

/** And a request to Salesforce, beside what befalls both. */
export type SalesforceFault = 'answers 503' | 'ends the session' | 'is over its limit' | 'cannot lock a row';

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
const AT_STRIPE: readonly Fault[] = [
  'slow',
  'too slow',
  'answers 429',
  'answers 500',
  'answers a page of a proxy',
  'breaks off',
  'unanswered-before',
  'killed-before',
  'killed-after',
];

const AT_SALESFORCE: readonly Fault[] = [
  ...AT_STRIPE.filter((fault) => fault !== 'answers 429' && fault !== 'answers 500'),
  'answers 503',
  'ends the session',
  'is over its limit',
  'cannot lock a row',
];
const OVER_THE_NET: Readonly<Record<string, readonly Fault[]>> = { GET: AT_STRIPE, QUERY: AT_SALESFORCE, 'SIGN-IN': AT_SALESFORCE };

const kindsOf = (operation: string): readonly Fault[] =>
  OVER_THE_NET[operation] ?? [
    ...EVERYWHERE,
    'throttled',
    ...(WRITES.has(operation) ? (['in-conflict'] as const) : []),
    ...(IN_PARTS.has(operation) ? (['partly-done'] as const) : []),
    ...(operation === 'PutEvents' ? (['not-taken'] as const) : []),
  ];

const KINDS = new Map<string, readonly Fault[]>();

/** The fault of a call, or none. */
export const faultOf = (operation: string, random: Random, perMille: number): Fault | undefined => {
  if (!random.chance(perMille)) return undefined;
  const kinds = KINDS.get(operation) ?? kindsOf(operation);
  KINDS.set(operation, kinds);
  return random.pick(kinds);
};

/** Whom a call goes to: what may be out as a whole. */
export type Service = 'the table' | 'the bus' | 'the queues' | 'Stripe' | 'Salesforce' | 'the secrets';

export const serviceOf = (operation: string): Service => {
  if (operation === 'GET') return 'Stripe';
  if (operation in OVER_THE_NET) return 'Salesforce';
  if (operation === 'PutEvents') return 'the bus';
  if (operation === 'SendMessage') return 'the queues';
  return TABLE.has(operation) ? 'the table' : 'the secrets';
};

/** What kind of thing befell, of its name: what stands behind the last colon, without its numbers. */
export const kindOf = (fault: string): string =>
  fault
    .slice(fault.lastIndexOf(': ') + 1)
    .trim()
    .replace(/ (?:for )?\d+ (?:minutes|hours)$/, '');

/** The fault that an org's relay loses what it has to tell of a happening. */
export const lossOf = (id: string): string => `${id}: lost by the relay`;
