import { idOf } from '../../platform/ids.ts';
import type { Draft, Journal, Tag } from './journal.ts';

/** The id of the journal that takes back another one: there is one at most. */
export const reversalIdOf = ({ legalEntity, journalId }: Pick<Journal, 'legalEntity' | 'journalId'>): string =>
  idOf('jnl', legalEntity, 'reversal', journalId);

/** The journal that takes back another one: the same lines on the other side. It says nothing of what is right instead: that is a journal of its own. */
export const reversalOf = (
  journal: Journal,
  { accountingOn, description, tag }: { readonly accountingOn: string; readonly description: string; readonly tag?: Tag | undefined },
): Draft => ({
  legalEntity: journal.legalEntity,
  key: `reversal:${journal.journalId}`,
  accountingOn,
  description,
  origin: { event: journal.journalId, rule: 'reversal' },
  ...(tag === undefined ? {} : { tag }),
  lines: journal.lines.map((line) => ({ ...line, amountMinor: -line.amountMinor, functionalMinor: -line.functionalMinor })),
});
