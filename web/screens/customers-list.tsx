import Link from '@cloudscape-design/components/link';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { type ReactNode, useState } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { money } from '../format/money.ts';
import { Choice } from '../parts/choice.tsx';
import { CustomerLink } from '../parts/customer-link.tsx';
import { ABSENT } from '../parts/figure.tsx';
import { useAddressParameters, useFollow } from '../parts/navigate.ts';
import { Pages } from '../parts/pages.tsx';
import { ValueChoice } from '../parts/value-choice.tsx';

type Customers = Answer<'/api/v1/arr/customers'>;
type Customer = Customers['items'][number];

const PAGE = '50';
const SORTS = [
  { value: 'arr', label: 'Largest first' },
  { value: 'name', label: 'By name' },
] as const;
const LARGEST = SORTS[0];
/** Attributes that have a column, where customers have them. */
const SHOWN = ['segment', 'region', 'industry'];

/** All customers, searched, filtered and sorted. */
export const CustomersList = (): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const search = parameters.get('search') ?? undefined;
  const dimension = parameters.get('dimension') ?? undefined;
  const value = parameters.get('value') ?? undefined;
  const sort = SORTS.find((one) => one.value === parameters.get('sort')) ?? LARGEST;
  const [typed, setTyped] = useState(search ?? '');
  const cut = dimension === undefined || value === undefined ? {} : { dimension, value };
  const first = useApi(addressOf('/api/v1/arr/customers', { query: { limit: '1' } }));
  const attributes = Object.keys(first.data?.items[0]?.attributes ?? {}).sort();
  return (
    <SpaceBetween size="m">
      <div className="screen-only">
        <SpaceBetween size="s" direction="horizontal" alignItems="center">
          <TextFilter
            filteringText={typed}
            filteringAriaLabel="Find customers"
            filteringClearAriaLabel="Clear"
            filteringPlaceholder="Name or id"
            onChange={({ detail }) => setTyped(detail.filteringText)}
            onDelayedChange={({ detail }) => change({ search: detail.filteringText.trim() })}
          />
          <Choice
            label="Filter by"
            none="Everybody"
            chosen={dimension}
            options={attributes}
            onChoose={(name) => change({ dimension: name, value: undefined })}
          />
          {dimension === undefined ? null : (
            <ValueChoice dimension={dimension} chosen={value} onChoose={(name) => change({ value: name })} />
          )}
          <Select
            ariaLabel="Order"
            inlineLabelText="Order"
            expandToViewport
            selectedOption={sort}
            options={[...SORTS]}
            onChange={({ detail }) =>
              change({ sort: detail.selectedOption.value === LARGEST.value ? undefined : detail.selectedOption.value })
            }
          />
        </SpaceBetween>
      </div>
      <Pages
        key={JSON.stringify([search, cut, sort.value])}
        what="the customers"
        at={(cursor) => addressOf('/api/v1/arr/customers', { query: { search, ...cut, sort: sort.value, limit: PAGE, cursor } })}
      >
        {(told) => <CustomersTable told={told} />}
      </Pages>
    </SpaceBetween>
  );
};

const CustomersTable = ({ told }: { readonly told: Customers }): ReactNode => {
  const { items, planCurrency } = told;
  const shown = SHOWN.filter((name) => items.some(({ attributes }) => attributes[name] !== undefined));
  return (
    <Table
      ariaLabels={{ tableLabel: 'Customers' }}
      columnDefinitions={[
        {
          id: 'name',
          header: 'Customer',
          isRowHeader: true,
          cell: (one) => <CustomerLink customerId={one.customerId}>{nameOf(one)}</CustomerLink>,
        },
        { id: 'arr', header: 'ARR', cell: (one) => <Arr customer={one} currency={planCurrency} /> },
        ...shown.map((name) => ({ id: name, header: name, cell: ({ attributes }: Customer) => attributes[name] ?? '' })),
      ]}
      items={items}
      trackBy="customerId"
      empty="No customer"
    />
  );
};

export const nameOf = ({ name, customerId }: Pick<Customer, 'name' | 'customerId'>): string => (name === '' ? customerId : name);

/** A customer's ARR is explained on its screen: by its lines, what they moved, and the events behind that. */
const Arr = ({ customer, currency }: { readonly customer: Customer; readonly currency: string }): ReactNode => {
  const follow = useFollow();
  const { customerId, arrMinor, byCurrency } = customer;
  if (arrMinor === undefined) return ABSENT;
  const own = byCurrency.map((one) => money(one.amountMinor, one.currency)).join(' + ');
  return (
    <span className="figure" title={own} data-figure={arrMinor}>
      <Link
        href={`/customers/${encodeURIComponent(customerId)}`}
        onFollow={follow}
        ariaLabel={`ARR of ${nameOf(customer)}: ${money(arrMinor, currency)}. Explain`}
      >
        {money(arrMinor, currency)}
      </Link>
    </span>
  );
};
