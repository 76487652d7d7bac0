import { Entity } from 'electrodb';
import { customerOfObject } from '../../integrations/index.ts';
import { entityDefaults, primaryPk, primarySk, queryRange, readAll, type Write } from '../../platform/table.ts';
import { type Claim, type Claimants, isTooCommon, MAX_CLAIMANTS, type Question, type Side } from '../evidence/claims.ts';

/** Whose facts name an agreement, or what bills one: `evidence/claims.ts`. Written with the fact, never changed. */
const claims = new Entity(
  {
    model: { entity: 'arrClaim', version: '1', service: 'arr' },
    attributes: {
      key: { type: 'string', required: true },
      side: { type: 'string', required: true },
      customerId: { type: 'string', required: true },
    },
    indexes: {
      byKey: {
        pk: { ...primaryPk, composite: ['key'], template: 'CLAIM#${key}' },
        sk: { ...primarySk, composite: ['side', 'customerId'], template: '${side}#${customerId}' },
      },
    },
  } as const,
  entityDefaults,
);

/** A customer has at most one claim of each side, so as many say that more than `MAX_CLAIMANTS` customers made them. */
const ENOUGH_CLAIMS = 2 * MAX_CLAIMANTS + 2;

/** The same claim made again changes nothing. */
export const claimWrite = (claim: Claim & { readonly customerId: string }): Write => ({ put: claims.put(claim).params() });

interface MadeClaim {
  readonly side: Side;
  readonly customerId: string;
}

const bySide = (made: readonly MadeClaim[]): Claimants => {
  const of = (wanted: Side): readonly string[] => made.flatMap(({ side, customerId }) => (side === wanted ? [customerId] : []));
  return { agreement: of('agreement'), billing: of('billing') };
};

/** All that claim a name, however many; read consistently. */
export const allClaimants = async (key: string): Promise<Claimants> =>
  bySide((await readAll(claims.query.byKey({ key }), { consistent: true })) as readonly MadeClaim[]);

/** Customers that bear a name and whose claim of it may not be written yet. */
export type Bearing = (key: string) => readonly string[];
const NOBODY: Bearing = () => [];

/** Who claims some names, as far as it was asked. */
export interface ClaimReader {
  /** Customers that made claims of what is asked now, and those that are billed by it; none of names that say nothing. */
  readonly ask: (questions: readonly Question[], bearing?: Bearing) => Promise<ReadonlySet<string>>;
  /** Names among those asked that say nothing. */
  readonly tooCommon: (bearing?: Bearing) => ReadonlySet<string>;
  readonly isTold: (key: string) => boolean;
  /** Whether all claims of a name were read: no more are read than tell that it says nothing. */
  readonly isWhole: (key: string) => boolean;
}

/** Reads claims consistently, those of one name once. */
export const claimReader = (): ClaimReader => {
  const told = new Map<string, Claimants>();
  const billers = new Map<string, readonly string[]>();
  const read = async (key: string): Promise<void> => {
    const range = { pk: `CLAIM#${key}`, from: 'agreement#', to: 'billing#~', limit: ENOUGH_CLAIMS };
    told.set(key, bySide(await queryRange<MadeClaim>(range)));
  };
  const readBiller = async ({ key, billedBy }: Question): Promise<void> => {
    if (billedBy !== undefined) billers.set(key, await billerOf(billedBy));
  };
  const isSilent = (key: string, bearing: Bearing): boolean => isTooCommon(told.get(key) as Claimants, bearing(key));
  const ask = async (questions: readonly Question[], bearing = NOBODY): Promise<ReadonlySet<string>> => {
    const keys = new Set(questions.map(({ key }) => key).filter((key) => !told.has(key)));
    await Promise.all([...[...keys].map(read), ...questions.filter(({ key }) => !billers.has(key)).map(readBiller)]);
    const found = questions.flatMap(({ key, side }) => {
      if (isSilent(key, bearing)) return [];
      const { agreement, billing } = told.get(key) as Claimants;
      return [...agreement, ...(side === 'agreement' ? [] : billing), ...(billers.get(key) ?? [])];
    });
    return new Set(found);
  };
  return {
    ask,
    tooCommon: (bearing = NOBODY) => new Set([...told.keys()].filter((key) => isSilent(key, bearing))),
    isTold: (key) => told.has(key),
    isWhole: (key) => {
      const { agreement, billing } = told.get(key) as Claimants;
      return agreement.length + billing.length < ENOUGH_CLAIMS;
    },
  };
};

/** The customer of a subscription that an agreement names: its source knows it before it claims anything. */
const billerOf = async ({ system, instance, subscriptionId }: NonNullable<Question['billedBy']>): Promise<readonly string[]> => {
  const biller = await customerOfObject(system, instance, subscriptionId);
  return biller === undefined ? [] : [`${system}.${instance}.${biller}`];
};
