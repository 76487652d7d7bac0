import type { Attribute, Attributes } from '../../functions/platform/clients/attributes.ts';
import type { Answer } from '../../functions/platform/clients/transport.ts';
import { type Expression, holds, updated } from './expressions.ts';

/** An item that was written, as the table's stream tells of it. */
export interface Change {
  readonly kind: 'INSERT' | 'MODIFY';
  readonly pk: string;
  readonly sk: string;
  readonly item: Attributes;
}

export interface Applied {
  readonly answer: Answer;
  readonly changes: readonly Change[];
}

type Params = Readonly<Record<string, unknown>>;
interface Target {
  readonly pk: string;
  readonly sk: string;
}

const ok = (body: object): Answer => ({ status: 200, text: JSON.stringify(body) });

/** As the service says that it did not do what it was asked. */
export const refusal = (status: number, type: string, more: object = {}): Answer => ({
  status,
  text: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'made up', ...more }),
});

const textOf = (attribute: Attribute | undefined): string => {
  if (attribute === undefined || !('S' in attribute)) throw new Error('a key of the simulated table is text');
  return attribute.S;
};

const targetOf = (attributes: Attributes): Target => ({ pk: textOf(attributes['pk']), sk: textOf(attributes['sk']) });

const expression = (params: Params, field: string): Expression | undefined => {
  const text = params[field];
  if (typeof text !== 'string') return undefined;
  return {
    text,
    names: params['ExpressionAttributeNames'] as Expression['names'],
    values: params['ExpressionAttributeValues'] as Expression['values'],
  };
};

/** What a run without a protection does otherwise. */
export interface TableRules {
  /** PartiQL has no INSERT without its condition: whether it holds for an item. */
  readonly isGuarded?: (item: Attributes) => boolean;
  /** Whether an item that is written is there afterwards. */
  readonly isKept?: (item: Attributes) => boolean;
}

interface KeyNames {
  readonly pk: string;
  readonly sk: string;
}
const TABLE_KEYS: KeyNames = { pk: 'pk', sk: 'sk' };
const INDEX_KEYS: KeyNames = { pk: 'gsi1pk', sk: 'gsi1sk' };

type Kind = 'Put' | 'Update' | 'ConditionCheck';
const INSERTED = /^INSERT INTO "[^"]+" VALUE \{(.*)\}$/;

/**
 * DynamoDB in memory: the operations and expressions that our functions use, exact to the answer, and nothing else. The emulator that the other
 * tests use is too slow for thousands of lives and knows no simulated clock; `table.slow.test.ts` holds the two against each other.
 */
export class SimulatedTable {
  readonly #partitions = new Map<string, Map<string, Attributes>>();
  readonly #tokens = new Set<string>();
  readonly #rules: TableRules;

  constructor(rules: TableRules = {}) {
    this.#rules = rules;
  }

  /** One operation, by its name. */
  apply(operation: string, input: Params): Applied {
    switch (operation) {
      case 'GetItem': {
        const item = this.#read(targetOf(input['Key'] as Attributes));
        return { answer: ok(item === undefined ? {} : { Item: item }), changes: [] };
      }
      case 'BatchGetItem':
        return { answer: this.#batchGet(input), changes: [] };
      case 'Query':
        return { answer: this.#query(input), changes: [] };
      case 'PutItem':
        return this.#write('Put', input);
      case 'UpdateItem':
        return this.#write('Update', input);
      case 'TransactWriteItems':
        return this.#transact(input);
      case 'BatchExecuteStatement':
        return this.#insert(input);
      default:
        throw new Error(`the simulated table has no ${operation}`);
    }
  }

  /** All items whose partition begins so, in the order of their keys. */
  itemsUnder(prefix: string): Attributes[] {
    const partitions = [...this.#partitions].filter(([pk]) => pk.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
    return partitions.flatMap(([, items]) => [...items].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item));
  }

  #read({ pk, sk }: Target): Attributes | undefined {
    return this.#partitions.get(pk)?.get(sk);
  }

  #store({ pk, sk }: Target, item: Attributes): Change {
    const partition = this.#partitions.get(pk) ?? new Map<string, Attributes>();
    this.#partitions.set(pk, partition);
    const kind = partition.has(sk) ? 'MODIFY' : 'INSERT';
    if (this.#rules.isKept?.(item) !== false) partition.set(sk, item);
    return { kind, pk, sk, item };
  }

  #batchGet(input: Params): Answer {
    const responses = Object.entries(input['RequestItems'] as Record<string, { readonly Keys: readonly Attributes[] }>).map(
      ([table, { Keys: keys }]) => [table, keys.map((key) => this.#read(targetOf(key))).filter((item) => item !== undefined)],
    );
    return ok({ Responses: Object.fromEntries(responses), UnprocessedKeys: {} });
  }

  #query(input: Params): Answer {
    const names = input['IndexName'] === undefined ? TABLE_KEYS : INDEX_KEYS;
    const wanted = expression(input, 'KeyConditionExpression');
    const filter = expression(input, 'FilterExpression');
    const value = /^\(?#?\w*pk\s*=\s*(:\w+)/.exec(wanted?.text ?? '')?.[1] ?? '';
    const items = this.#itemsOf(names, textOf(wanted?.values?.[value]));
    const forward = input['ScanIndexForward'] !== false;
    const start = input['ExclusiveStartKey'] === undefined ? undefined : textOf((input['ExclusiveStartKey'] as Attributes)[names.sk]);
    const limit = (input['Limit'] as number | undefined) ?? Number.POSITIVE_INFINITY;
    const found: Attributes[] = [];
    let last: Attributes | undefined;
    let read = 0;
    for (const { sk, item } of items.sort((a, b) => (a.sk < b.sk === forward ? -1 : 1))) {
      if (start !== undefined && (forward ? sk <= start : sk >= start)) continue;
      if (wanted === undefined || !holds(wanted, item)) continue;
      if (read === limit) break;
      read += 1;
      last = item;
      if (filter === undefined || holds(filter, item)) found.push(item);
    }
    // As the service: a page that is full says where it ended, whether or not more is behind it.
    const keys = (item: Attributes): Attributes =>
      Object.fromEntries([...new Set(['pk', 'sk', names.pk, names.sk])].map((name) => [name, item[name] as Attribute]));
    const end = read === limit && last !== undefined ? { LastEvaluatedKey: keys(last) } : {};
    const shown = names === INDEX_KEYS ? found.map(keys) : found;
    return ok({ Items: shown, Count: found.length, ScannedCount: read, ...end });
  }

  /** Items under one key of the table or of its index, which holds keys only. */
  #itemsOf(names: KeyNames, key: string): { readonly sk: string; readonly item: Attributes }[] {
    if (names === TABLE_KEYS) return [...(this.#partitions.get(key) ?? [])].map(([sk, item]) => ({ sk, item }));
    return [...this.#partitions.values()]
      .flatMap((items) => [...items.values()])
      .filter((item) => names.pk in item && textOf(item[names.pk]) === key)
      .map((item) => ({ sk: textOf(item[names.sk]), item }));
  }

  /** Whether the write's condition holds now. */
  #allows(kind: Kind, params: Params): boolean {
    const condition = expression(params, 'ConditionExpression');
    return condition === undefined || holds(condition, this.#read(this.#target(kind, params)));
  }

  #target(kind: Kind, params: Params): Target {
    return targetOf(params[kind === 'Put' ? 'Item' : 'Key'] as Attributes);
  }

  #carryOut(kind: Kind, params: Params): Change[] {
    const target = this.#target(kind, params);
    if (kind === 'Put') return [this.#store(target, params['Item'] as Attributes)];
    const update = expression(params, 'UpdateExpression');
    if (kind === 'ConditionCheck' || update === undefined) return [];
    return [this.#store(target, updated(update, this.#read(target) ?? (params['Key'] as Attributes)))];
  }

  #write(kind: Kind, params: Params): Applied {
    if (!this.#allows(kind, params)) return { answer: refusal(400, 'ConditionalCheckFailedException'), changes: [] };
    return { answer: ok({}), changes: this.#carryOut(kind, params) };
  }

  #transact(input: Params): Applied {
    const token = String(input['ClientRequestToken']);
    // Ten minutes in the service: no run here lets a client wait that long for an answer.
    if (this.#tokens.has(token)) return { answer: ok({}), changes: [] };
    const writes = (input['TransactItems'] as readonly Readonly<Record<Kind, Params>>[]).flatMap(
      (one) => Object.entries(one) as [Kind, Params][],
    );
    const allowed = writes.map(([kind, params]) => this.#allows(kind, params));
    if (allowed.includes(false)) {
      const reasons = allowed.map((isAllowed) => ({ Code: isAllowed ? 'None' : 'ConditionalCheckFailed' }));
      return { answer: refusal(400, 'TransactionCanceledException', { CancellationReasons: reasons }), changes: [] };
    }
    if (input['ClientRequestToken'] !== undefined) this.#tokens.add(token);
    return { answer: ok({}), changes: writes.flatMap(([kind, params]) => this.#carryOut(kind, params)) };
  }

  #insert(input: Params): Applied {
    const changes: Change[] = [];
    const responses = (input['Statements'] as readonly { readonly Statement: string; readonly Parameters: readonly Attribute[] }[]).map(
      ({ Statement: statement, Parameters: parameters }) => {
        const item = insertedItem(statement, parameters);
        if (this.#read(targetOf(item)) !== undefined && this.#rules.isGuarded?.(item) !== false)
          return { Error: { Code: 'DuplicateItem' } };
        changes.push(this.#store(targetOf(item), item));
        return {};
      },
    );
    return { answer: ok({ Responses: responses }), changes };
  }
}

export const insertedItem = (statement: string, parameters: readonly Attribute[]): Attributes => {
  const names = INSERTED.exec(statement)?.[1]?.split(',');
  if (names?.length !== parameters.length) throw new Error(`the simulated table does not read the statement ${statement}`);
  return Object.fromEntries(names.map((name, i) => [name.slice(1, name.lastIndexOf("'")), parameters[i] as Attribute]));
};
