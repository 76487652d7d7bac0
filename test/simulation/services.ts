import type { Answer, ServiceError as NoAnswer } from '../../functions/platform/clients/transport.ts';
import type { Fault } from './faults.ts';
import { API_KEY, ORG_CREDENTIALS, ServiceError, SIGNING_SECRET } from './functions.ts';
import { type Protection, rulesWithout, unprotected } from './protections.ts';
import { type Applied, type Change, refusal, SimulatedTable } from './table.ts';

type Params = Readonly<Record<string, unknown>>;

export interface BusEntry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}

export type Heard = (operation: string, input: Params, answer: Answer) => void;

export interface Options {
  readonly without?: Protection;
  readonly heard?: Heard;
}

/** Who hears of what the services did. */
export interface Listeners {
  readonly changed: (change: Change) => void;
  readonly put: (entry: BusEntry) => void;
  readonly sent: (queueUrl: string, body: string) => void;
}

/** By what a secret's id begins with; any other one is to check signatures by. */
const SECRETS: Readonly<Record<string, object>> = { key: { apiKey: API_KEY }, org: ORG_CREDENTIALS };

const json = (body: object): Answer => ({ status: 200, text: JSON.stringify(body) });

/** Other writers hold the item: a plain write and a transaction say so in different words. */
const inConflict = (operation: string, input: Params): Answer => {
  if (operation === 'BatchExecuteStatement')
    return json({ Responses: (input['Statements'] as readonly unknown[]).map(() => ({ Error: { Code: 'TransactionConflict' } })) });
  if (operation !== 'TransactWriteItems') return refusal(400, 'TransactionConflictException');
  const [first, ...others] = input['TransactItems'] as readonly unknown[];
  const reasons = [...(first === undefined ? [] : [{ Code: 'TransactionConflict' }]), ...others.map(() => ({ Code: 'None' }))];
  return refusal(400, 'TransactionCanceledException', { CancellationReasons: reasons });
};

/** What a call came to: its answer, or that there is none, and what it changed. */
export interface Outcome {
  readonly answer: Answer | NoAnswer;
  readonly changes: readonly Change[];
}

/** A throttle, in each service's own words. */
const throttled = (operation: string): Answer => {
  if (operation === 'PutEvents' || operation === 'GetSecretValue') return refusal(400, 'ThrottlingException');
  return refusal(400, operation === 'SendMessage' ? 'RequestThrottled' : 'ProvisionedThroughputExceededException');
};

const WITHOUT_EFFECT: Partial<Record<Fault, (operation: string, input: Params) => Answer | NoAnswer>> = {
  throttled,
  // The bus answers 200 for an entry that it did not take.
  'not-taken': () => json({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'made up' }] }),
  'failed-before': () => refusal(500, 'InternalServerError'),
  'unanswered-before': () => new ServiceError('no answer'),
  'in-conflict': inConflict,
};

/** The table, the source bus, the queues and the secrets, as the functions' calls reach them. */
export class Services {
  readonly table: SimulatedTable;
  readonly #without: Protection | undefined;
  readonly #heard: Heard | undefined;
  readonly #listeners: Listeners;

  constructor({ without, heard }: Options, listeners: Listeners) {
    this.#without = without;
    this.#heard = heard;
    this.#listeners = listeners;
    this.table = new SimulatedTable(without === undefined ? {} : rulesWithout(without));
  }

  call(operation: string, input: Params, fault: Fault | undefined): Outcome {
    const refused = fault === undefined ? undefined : WITHOUT_EFFECT[fault];
    if (refused !== undefined) return { answer: refused(operation, input), changes: [] };
    const done = fault === 'partly-done' ? this.#partly(operation, input) : this.#effect(operation, input);
    if (fault === 'failed-after') return { answer: refusal(500, 'InternalServerError'), changes: [] };
    if (fault === 'unanswered-after') return { answer: new ServiceError('no answer'), changes: [] };
    return done;
  }

  #effect(operation: string, input: Params): Applied {
    switch (operation) {
      case 'PutEvents': {
        const entries = input['Entries'] as readonly BusEntry[];
        for (const entry of entries) this.#listeners.put(entry);
        return { answer: json({ FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: 'e' })) }), changes: [] };
      }
      case 'GetSecretValue': {
        const [kind = ''] = String(input['SecretId']).split('-');
        return { answer: json({ SecretString: JSON.stringify(SECRETS[kind] ?? { webhookSecrets: [SIGNING_SECRET] }) }), changes: [] };
      }
      case 'SendMessage':
        this.#listeners.sent(String(input['QueueUrl']), String(input['MessageBody']));
        return { answer: json({ MessageId: 'm' }), changes: [] };
      default: {
        const applied = this.table.apply(operation, this.#without === undefined ? input : unprotected(this.#without, operation, input));
        this.#heard?.(operation, input, applied.answer);
        for (const change of applied.changes) this.#listeners.changed(change);
        return applied;
      }
    }
  }

  /** The first half of a batch, as the service leaves the rest open when it is busy. */
  #partly(operation: string, input: Params): Applied {
    if (operation === 'BatchGetItem') return this.#getSome(input);
    const statements = input['Statements'] as readonly unknown[];
    const half = Math.floor(statements.length / 2);
    const { answer, changes } = this.#effect(operation, { Statements: statements.slice(0, half) });
    const { Responses: done } = JSON.parse(answer.text) as { readonly Responses: readonly unknown[] };
    const open = statements.slice(half).map(() => ({ Error: { Code: 'ThrottlingError' } }));
    return { answer: json({ Responses: [...done, ...open] }), changes };
  }

  #getSome(input: Params): Applied {
    const [asked] = Object.entries(input['RequestItems'] as Record<string, { readonly Keys: readonly unknown[] }>);
    const [table, { Keys: keys }] = asked ?? ['', { Keys: [] }];
    const half = Math.ceil(keys.length / 2);
    const { answer } = this.#effect('BatchGetItem', { RequestItems: { [table]: { Keys: keys.slice(0, half) } } });
    const left = keys.slice(half);
    const open = left.length === 0 ? {} : { [table]: { Keys: left } };
    return { answer: json({ ...(JSON.parse(answer.text) as object), UnprocessedKeys: open }), changes: [] };
  }
}
