import type { CompanyConfig } from '../../platform/config.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { chartOf } from './accounts.ts';
import type { Books } from './journal.ts';

export type EntityProblem = Problem<'legal-entity-unknown'>;

/** The functional currency and the chart of a legal entity of the configuration. */
export const booksOf = (
  legalEntity: string,
  { legalEntities, ledger }: Pick<CompanyConfig, 'legalEntities' | 'ledger'>,
): Result<Books, EntityProblem> => {
  const entity = legalEntities.find((one) => one.legalEntity === legalEntity);
  if (entity === undefined)
    return fail(
      'legal-entity-unknown',
      `"${legalEntity.slice(0, 40)}" is no legal entity of the configuration: ${legalEntities.map((one) => one.legalEntity).join(', ')}.`,
      'legalEntity',
    );
  return ok({ functionalCurrency: entity.functionalCurrency, chart: chartOf(ledger.accounts) });
};
