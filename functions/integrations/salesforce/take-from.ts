import { batchCommit } from '../../platform/table.ts';
import { showingsOf } from '../store.ts';
import type { MappingContext } from './context.ts';
import { departureFact, departuresId, departuresIn } from './former-customers.ts';
import { factWrite } from './record.ts';
import type { Told } from './told.ts';

/**
 * Takes an agreement, or a claim, from all customers that earlier readings of it name: facts of one customer say nothing to another. It looks at
 * all that was recorded, after the reading was: whoever records last, in whatever order, finds what is to be taken back, and what was taken back
 * before is refused as known. False: it is to be done again.
 */
export const takeFromFormer = async (told: readonly Told[], context: MappingContext, recordedAt: string): Promise<boolean> => {
  const writes = await Promise.all(
    told.map(async (one) => {
      if (one.kind !== 'subscription') return [];
      const readings = await showingsOf('salesforce', context.instance.instance, one.objectId);
      const held = readings.flatMap(({ customerId, data, ...reading }) =>
        customerId === undefined || data === undefined ? [] : [{ ...reading, customerId, data }],
      );
      return departuresIn(held).map((departure) => {
        const fact = departureFact(departure, context);
        return factWrite({ kind: 'subscription', objectId: departuresId(one.objectId), fact, warnings: [] }, recordedAt);
      });
    }),
  );
  const results = await batchCommit(writes.flat().map((write) => [write]));
  return results.every((result) => result.ok || result.problem.code === 'conflict');
};
