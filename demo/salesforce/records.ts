import { recordId } from '../../functions/integrations/salesforce/record-id.ts';

/** Records of the company's Salesforce as they came about: a state with each of its changes. Instants are epoch seconds. */
export type Value = string | number | boolean | null;
export type Fields = Readonly<Record<string, Value>>;

export type ObjectName = 'Account' | 'Contract' | 'Opportunity' | 'Order' | 'OrderItem' | 'Product2' | 'User';

export interface Version {
  readonly at: number;
  /** All fields of a new record; afterwards those that change. */
  readonly fields: Fields;
}

export interface OrgRecord {
  readonly object: ObjectName;
  /** 18 characters. */
  readonly id: string;
  /** Oldest first; the first one creates it. */
  readonly versions: readonly Version[];
}

export const PREFIX = {
  Account: '001',
  Contract: '800',
  Opportunity: '006',
  OpportunityHistory: '008',
  Order: '801',
  OrderItem: '802',
  Product2: '01t',
  User: '005',
  UserRole: '00E',
} as const;

/** The nth record of an object in the demo's org. */
export const idOf = (object: keyof typeof PREFIX, n: number): string => {
  const id = recordId(`${PREFIX[object]}Dm0${n.toString(36).toUpperCase().padStart(9, '0')}`);
  if (id === undefined) throw new RangeError(`There is no ${n}th ${object}.`);
  return id;
};

/** Numbers each object's records from 1 on. */
export const idsFromOne = (): ((object: keyof typeof PREFIX) => string) => {
  const counts = new Map<string, number>();
  return (object) => {
    const n = (counts.get(object) ?? 0) + 1;
    counts.set(object, n);
    return idOf(object, n);
  };
};

/** All fields of a record after its versions up to an instant; undefined before it was created. */
export const stateAt = ({ versions }: OrgRecord, at: number): { readonly fields: Fields; readonly changedAt: number } | undefined => {
  const until = versions.filter((version) => version.at <= at);
  const last = until.at(-1);
  return last === undefined ? undefined : { fields: Object.assign({}, ...until.map(({ fields }) => fields)) as Fields, changedAt: last.at };
};
