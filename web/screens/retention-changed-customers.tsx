import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { addressOf } from '../api/client.ts';
import { dayText } from '../format/days.ts';
import { money } from '../format/money.ts';
import { causeName } from '../parts/causes.ts';
import { CustomerLink } from '../parts/customer-link.tsx';
import type { Asked } from '../parts/definition.tsx';
import { Explained } from '../parts/figure.tsx';
import { PagesAfter } from '../parts/pages.tsx';
import { PlainTable } from '../parts/plain-table.tsx';
import { type Change, Effect } from './retention-effect.tsx';

type Item = Change['items'][number];

/** Without a page: the first one is there. */
interface Query extends Asked {
  readonly month: string;
  readonly against: string | undefined;
  readonly dimension: string | undefined;
  readonly value: string | undefined;
}

/** The customers with the largest effects, each with what it moved: those that were told with the change, and all others page by page. */
export const ChangedCustomers = ({
  told,
  query,
  limit,
}: {
  readonly told: Change;
  readonly query: Query;
  readonly limit: string;
}): ReactNode => {
  const table = ({ items, planCurrency }: Change): ReactNode => (
    <Customers items={items} currency={planCurrency} caption={`Customers with the largest effects, of ${told.customers ?? 0}`} />
  );
  return (
    <SpaceBetween size="s">
      {table(told)}
      <PagesAfter<'/api/v1/arr/retention-change'>
        what="the customers"
        at={(cursor) => addressOf('/api/v1/arr/retention-change', { query: { ...query, limit, cursor } })}
        cursor={told.nextCursor}
      >
        {table}
      </PagesAfter>
    </SpaceBetween>
  );
};

const COHORTS: Readonly<Record<Item['cohort'], string>> = { both: 'In both cohorts', joined: 'Joined the cohort', left: 'Left the cohort' };

const Customers = ({
  items,
  currency,
  caption,
}: {
  readonly items: readonly Item[];
  readonly currency: string;
  readonly caption: string;
}): ReactNode => {
  const formula = ({ before, after }: Item): string => {
    const amount = (minor: string): string => money(minor, currency);
    return `Of the cohort ${amount(before.baseMinor)} before and ${amount(after.baseMinor)} after; its ARR now ${amount(before.nowMinor)} before and ${amount(after.nowMinor)} after. (Δ now − NRR before × Δ of the cohort) ÷ ARR of the later cohort.`;
  };
  return (
    <PlainTable
      caption={caption}
      columns={[
        {
          header: 'Customer',
          cell: ({ customerId, name }: Item) => <CustomerLink customerId={customerId}>{name === '' ? customerId : name}</CustomerLink>,
        },
        { header: 'Cohort', cell: ({ cohort }) => COHORTS[cohort] },
        { header: 'What it moved', cell: (item) => <Moved item={item} currency={currency} /> },
        {
          header: 'Effect on NRR',
          cell: (item) => (
            <Effect label={`Effect of ${item.name === '' ? item.customerId : item.name}`} effect={item.effect} formula={formula(item)} />
          ),
        },
      ]}
      items={items}
      keyOf={({ customerId }) => customerId}
      empty="Nobody"
    />
  );
};

/** Each movement leads to the events behind it. */
const Moved = ({ item, currency }: { readonly item: Item; readonly currency: string }): ReactNode => {
  const { movements, moreMovements, customerId } = item;
  return (
    <>
      {movements.map(({ movementId, effectiveOn, cause, amountMinor, explain }) => {
        const text = `${dayText(effectiveOn)}: ${causeName(cause)} ${money(amountMinor, currency, { isChange: true, isShort: true })}`;
        return (
          <div key={`${movementId} ${cause}`}>
            <Explained label={`${causeName(cause)} of ${customerId}, ${text}`} explain={explain}>
              {text}
            </Explained>
          </div>
        );
      })}
      {moreMovements === 0 ? null : <div>and {moreMovements} more</div>}
    </>
  );
};
