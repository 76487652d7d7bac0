import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { addDays, addMonths, dayText } from '../format/days.ts';
import { money, percent, points } from '../format/money.ts';
import { byReadingOrder, causeName } from '../parts/causes.ts';
import { ABSENT, Derived, Figure } from '../parts/figure.tsx';
import { PlainTable } from '../parts/plain-table.tsx';

type Status = Answer<'/api/v1/arr/status'>;
type Cause = NonNullable<Answer<'/api/v1/arr/movements'>['items'][number]['cause']>;
type Share = NonNullable<Status['composition']['originOfStock']>['shares'][number];

/** What of the bookings counts as which of the plan's three kinds of gain (docs/concepts.md, origin of stock). */
const GAINS: Readonly<Record<string, readonly Cause[]>> = {
  landed: ['new', 'reactivation'],
  expanded: ['expansion', 'contracted-step', 'price-escalator'],
  'renewal-uplift': ['renewal-uplift'],
};

const LEFT_OUT = 'Left out: a plan rate is missing.';

/** What ARR consists of, three ways, each beside what the plan wants where it says so. */
export const Composition = ({ status }: { readonly status: Status }): ReactNode => {
  const { composition, planCurrency: currency, on } = status;
  return (
    <Container header={<Header variant="h2">Composition</Header>}>
      <ColumnLayout columns={3} minColumnWidth={320}>
        <Mix
          title="Origin of today’s ARR"
          shares={composition.originOfStock?.shares}
          amount={({ name, amountMinor }) => (
            <Figure
              amountMinor={amountMinor}
              currency={currency}
              label={`${causeName(name)} of today’s ARR`}
              explain={addressOf('/api/v1/arr/explain', { query: { on, dimension: 'origin', value: name } })}
              isShort
            />
          )}
        />
        <BookingsMix status={status} />
        <Bridge status={status} />
      </ColumnLayout>
    </Container>
  );
};

const BookingsMix = ({ status }: { readonly status: Status }): ReactNode => {
  const { composition, planCurrency: currency, on } = status;
  const { data } = useApi(addressOf('/api/v1/plan', { query: { on } }));
  const from = data?.plan.content.startsOn;
  const parts = (name: string) =>
    from === undefined
      ? []
      : (GAINS[name] ?? []).map((cause) => ({
          label: causeName(cause),
          explain: addressOf('/api/v1/arr/explain', { query: { from, to: on, cause } }),
        }));
  return (
    <Mix
      title="Gained since the plan began"
      shares={composition.bookingsMix?.shares}
      amount={({ name, amountMinor }) => (
        <Derived
          label={`${causeName(name)} since the plan began`}
          text={money(amountMinor, currency, { isShort: true })}
          formula={`The sum of ${(GAINS[name] ?? []).map(causeName).join(', ')}${from === undefined ? '' : ` from ${dayText(from)} to ${dayText(on)}`}.`}
          parts={parts(name)}
        />
      )}
    />
  );
};

interface MixProps {
  readonly title: string;
  readonly shares: readonly Share[] | undefined;
  readonly amount: (share: Share) => ReactNode;
}

const Mix = ({ title, shares = [], amount }: MixProps): ReactNode => (
  <PlainTable
    caption={title}
    columns={[
      { header: 'Kind', cell: ({ name }: Share) => causeName(name) },
      { header: 'ARR', cell: amount },
      { header: 'Share', cell: ({ shareBps }) => (shareBps === undefined ? ABSENT : percent(shareBps)) },
      { header: 'Plan', cell: ({ plannedBps }) => (plannedBps === undefined ? ABSENT : percent(plannedBps)) },
      {
        header: 'Difference',
        cell: ({ shareBps, plannedBps }) => (shareBps === undefined || plannedBps === undefined ? ABSENT : points(shareBps - plannedBps)),
      },
    ]}
    items={shares}
    keyOf={({ name }) => name}
    empty={LEFT_OUT}
  />
);

const Bridge = ({ status }: { readonly status: Status }): ReactNode => {
  const { composition, planCurrency: currency, on } = status;
  const bridge = composition.twelveMonthBridge;
  const from = addMonths(addDays(on, 1), -12);
  const opening = addDays(from, -1);
  const at = (day: string) => addressOf('/api/v1/arr/explain', { query: { on: day } });
  const rows =
    bridge === undefined
      ? []
      : [
          { name: `ARR on ${dayText(opening)}`, amountMinor: bridge.openingMinor, explain: at(opening), isChange: false },
          ...bridge.movements
            .toSorted((one, other) => byReadingOrder(one.name, other.name))
            .map(({ name, amountMinor }) => ({
              name: causeName(name),
              amountMinor,
              explain: addressOf('/api/v1/arr/explain', { query: { from, to: on, cause: name as Cause } }),
              isChange: true,
            })),
          { name: `ARR on ${dayText(on)}`, amountMinor: bridge.closingMinor, explain: at(on), isChange: false },
        ];
  return (
    <PlainTable
      caption="Bridge of twelve months"
      columns={[
        { header: 'What', cell: ({ name }) => name },
        {
          header: 'Amount',
          cell: ({ name, amountMinor, explain, isChange }) => (
            <Figure amountMinor={amountMinor} currency={currency} label={name} explain={explain} isShort isChange={isChange} />
          ),
        },
      ]}
      items={rows}
      keyOf={({ name }) => name}
      empty={LEFT_OUT}
    />
  );
};
