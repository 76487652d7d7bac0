import { Entity } from 'electrodb';
import { customerOfObject } from '../../integrations/index.ts';
import { entityDefaults, primaryPk, primarySk, readAll, type Write } from '../../platform/table.ts';
import type { Claim, Question } from '../evidence/claims.ts';

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

/** More customers than this name no agreement; what so many carry is no name of one. */
const MAX_CLAIMANTS = 40;

/** The same claim made again changes nothing. */
export const claimWrite = (claim: Claim & { readonly customerId: string }): Write => ({ put: claims.put(claim).params() });

/** Customers that made claims of what is asked, read consistently; of what too many claim, none. */
export const claimants = async (questions: readonly Question[]): Promise<ReadonlySet<string>> => {
  const found = await Promise.all(questions.map(claimantsOf));
  return new Set(found.flat());
};

const claimantsOf = async ({ key, side, billedBy }: Question): Promise<readonly string[]> => {
  const query = claims.query.byKey({ key, ...(side === undefined ? {} : { side }) });
  const [made, biller] = await Promise.all([
    readAll(query, { consistent: true }),
    billedBy === undefined ? undefined : customerOfObject(billedBy.system, billedBy.instance, billedBy.subscriptionId),
  ]);
  const customerIds = made.length > MAX_CLAIMANTS ? [] : made.map(({ customerId }) => customerId);
  return biller === undefined ? customerIds : [...customerIds, `${billedBy?.system}.${billedBy?.instance}.${biller}`];
};
