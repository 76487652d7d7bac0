import type { ReactNode } from 'react';
import type { Answer } from '../api/client.ts';
import { dayText } from '../format/days.ts';
import { money } from '../format/money.ts';
import { CustomerLink } from '../parts/customer-link.tsx';
import { ABSENT, Derived, Explained, type Part } from '../parts/figure.tsx';
import { PlainTable } from '../parts/plain-table.tsx';

export type Bookings = Answer<'/api/v1/arr/bookings'>;
type Signature = Bookings['items'][number];

/** In the plan currency, whole or absent; by currency in what it opens. */
export const Sum = ({
  label,
  sum,
  currency,
  formula,
  parts = [],
  size = 'medium',
}: {
  readonly label: string;
  readonly sum: Bookings['total']['tcv'];
  readonly currency: string;
  readonly formula: string;
  readonly parts?: readonly Part[];
  readonly size?: 'large' | 'medium';
}): ReactNode => {
  const own = sum.byCurrency.map((one) => money(one.amountMinor, one.currency)).join(' + ');
  const lacks = sum.byCurrency.filter(({ planMinor }) => planMinor === undefined).map((one) => one.currency);
  return (
    <Derived
      label={label}
      size={size}
      text={sum.planMinor === undefined ? ABSENT : money(sum.planMinor, currency, { isShort: true })}
      exact={sum.planMinor}
      formula={[
        formula,
        ...(sum.planMinor === undefined ? [`A plan rate is missing: ${lacks.join(', ')}.`] : [`${money(sum.planMinor, currency)}.`]),
        ...(own === '' ? [] : [`By currency: ${own}.`]),
      ].join(' ')}
      parts={parts}
    />
  );
};

/** Each product of a signature by itself. */
export const Signatures = ({ told }: { readonly told: Bookings }): ReactNode => (
  <PlainTable
    caption="Signatures"
    columns={[
      { header: 'Booked', cell: ({ bookedOn }: Signature) => dayText(bookedOn) },
      {
        header: 'Customer',
        isText: true,
        cell: ({ customerId, name }) => <CustomerLink customerId={customerId}>{name === '' ? customerId : name}</CustomerLink>,
      },
      { header: 'Kind', isText: true, cell: ({ kind }) => kind },
      { header: 'Agreement', isText: true, cell: ({ agreementId }) => agreementId },
      { header: 'Product', isText: true, cell: ({ productId }) => productId },
      {
        header: 'Service',
        isText: true,
        cell: ({ startsOn, endsOn }) => `${dayText(startsOn)} – ${endsOn === undefined ? 'no end' : dayText(endsOn)}`,
      },
      ...(['tcv', 'acv', 'firstYear', 'netNewArr'] as const).map((id) => ({
        header: NAMES[id],
        cell: (signature: Signature) => {
          const { currency, amountMinor } = signature[id];
          const text = money(amountMinor, currency);
          return (
            <span data-figure={amountMinor}>
              <Explained label={`${NAMES[id]} of ${signature.agreementId}: ${text}`} explain={signature.explain}>
                {text}
              </Explained>
            </span>
          );
        },
      })),
    ]}
    items={told.items}
    keyOf={({ agreementId, productId, kind, bookedOn, startsOn }) => [agreementId, productId, kind, bookedOn, startsOn].join(' ')}
    empty="No signature"
  />
);

const NAMES = { tcv: 'TCV', acv: 'ACV', firstYear: 'First year', netNewArr: 'Net new ARR' } as const;
