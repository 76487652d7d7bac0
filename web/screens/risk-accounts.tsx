import Link from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';
import type { Answer } from '../api/client.ts';
import { money, share, sharePoints } from '../format/money.ts';
import { CustomerLink } from '../parts/customer-link.tsx';
import { Derived } from '../parts/figure.tsx';
import { useFollow } from '../parts/navigate.ts';
import { PlainTable } from '../parts/plain-table.tsx';

export type Risk = Answer<'/api/v1/arr/churn-risk'>;
type Account = Risk['items'][number];

const nameOf = ({ name, customerId }: Account): string => (name === '' ? customerId : name);
const hrefOf = ({ customerId }: Account): string => `/customers/${encodeURIComponent(customerId)}`;
const words = (id: string): string => id.replaceAll('-', ' ');

/** Each customer with its probability and what that puts at risk; its own screen explains its ARR. */
export const Accounts = ({ told }: { readonly told: Risk }): ReactNode => {
  const { planCurrency: currency, items, playbooks } = told;
  return (
    <PlainTable
      caption="Customers by ARR at risk"
      columns={[
        { header: 'Customer', cell: (one: Account) => <CustomerLink customerId={one.customerId}>{nameOf(one)}</CustomerLink> },
        { header: 'ARR', cell: (one) => <Arr account={one} currency={currency} /> },
        { header: 'Probability', cell: (one) => <Probability account={one} /> },
        { header: 'At risk', cell: (one) => <AtRisk account={one} currency={currency} /> },
        {
          header: 'Playbook',
          isText: true,
          cell: ({ playbook }) => <span title={playbooks.find(({ id }) => id === playbook)?.firstStep}>{words(playbook)}</span>,
        },
      ]}
      items={items}
      keyOf={({ customerId }) => customerId}
      empty="No customer has ARR"
    />
  );
};

const Arr = ({ account, currency }: { readonly account: Account; readonly currency: string }): ReactNode => {
  const follow = useFollow();
  const exact = money(account.arrMinor, currency);
  const shown = money(account.arrMinor, currency, { isShort: true });
  return (
    <span className="figure" title={exact} data-figure={account.arrMinor}>
      <Link href={hrefOf(account)} onFollow={follow} ariaLabel={`ARR of ${nameOf(account)}: ${shown}, exactly ${exact}. Explain`}>
        {shown}
      </Link>
    </span>
  );
};

const reasonText = ({ feature, band, effect }: Account['reasons'][number]): string =>
  `${words(feature)} ${words(band)} ${sharePoints(effect.value)}`;

const Probability = ({ account }: { readonly account: Account }): ReactNode => {
  const { probability, base, reasons } = account;
  return (
    <Derived
      label={`Probability that ${nameOf(account)} leaves`}
      text={share(probability.value)}
      exact={probability.numerator}
      formula={`The rate of all years ${share(base.value, { places: 2 })}; ${reasons.map(reasonText).join('; ')}. Together ${share(probability.value, { places: 2 })}.`}
      parts={[{ label: nameOf(account), href: hrefOf(account) }]}
    />
  );
};

const AtRisk = ({ account, currency }: { readonly account: Account; readonly currency: string }): ReactNode => {
  const { arrMinor, atRiskMinor, probability } = account;
  return (
    <Derived
      label={`ARR at risk of ${nameOf(account)}`}
      text={money(atRiskMinor, currency, { isShort: true })}
      exact={atRiskMinor}
      formula={`${money(atRiskMinor, currency)}: ${share(probability.value, { places: 2 })} of ${money(arrMinor, currency)}.`}
      parts={[{ label: nameOf(account), href: hrefOf(account) }]}
    />
  );
};
