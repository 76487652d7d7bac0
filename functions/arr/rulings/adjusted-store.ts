import { Entity } from 'electrodb';
import { digest } from '../../platform/ids.ts';
import { entityDefaults, primaryPk, primarySk, type Write } from '../../platform/table.ts';

/** Which adjustment of the same words a customer has: the next one is approved only once it was ended, however many propose it at the same time. */
const adjusted = new Entity(
  {
    model: { entity: 'arrAdjusted', version: '1', service: 'arr' },
    attributes: {
      /** Of the customer's book and the adjustment. */
      words: { type: 'string', required: true },
      rulingId: { type: 'string', required: true },
    },
    indexes: {
      byWords: {
        pk: { ...primaryPk, composite: ['words'], template: 'RULINGADJUSTED#${words}' },
        sk: { ...primarySk, composite: [], template: 'LAST' },
      },
    },
  } as const,
  entityDefaults,
);

/** The adjustment of these words that was approved last; read consistently. */
export const readAdjusted = async (words: string): Promise<string | undefined> =>
  (await adjusted.get({ words: digest(words) }).go({ consistent: true })).data?.rulingId;

/** An adjustment that is approved: the words that it takes, and the adjustment that had them before. */
export interface Adjusting {
  readonly words: string;
  readonly before: string | undefined;
}

/** Fails where another one has the words. */
export const adjustedWrite = ({ words, before }: Adjusting, rulingId: string): Write => ({
  put: adjusted
    .put({ words: digest(words), rulingId })
    .where((last, { notExists, eq }) => (before === undefined ? notExists(last.rulingId) : eq(last.rulingId, before)))
    .params(),
});
