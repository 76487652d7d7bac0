import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { dayText } from '../format/days.ts';
import { count, money } from '../format/money.ts';
import { CutChoice, useCut } from '../parts/cut-choice.tsx';
import { ledgerOf, ProfileChoice, ToldBy, useAsked } from '../parts/definition.tsx';
import { Derived, Figure } from '../parts/figure.tsx';
import { MadeView } from '../parts/made.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { PagesAfter } from '../parts/pages.tsx';
import { PlainTable } from '../parts/plain-table.tsx';
import { Freshness, UnconvertedNotice } from '../parts/states.tsx';
import { Accounts, type Risk } from './risk-accounts.tsx';
import { Calibration } from './risk-calibration.tsx';

const PAGE = '50';

/** Who may leave within twelve months: ARR at risk, customer by customer with reasons and what is done, and how such probabilities held. */
const RiskScreen = (): ReactNode => {
  const [parameters] = useAddressParameters();
  const { profile } = useAsked();
  // Without its value a dimension is told value by value, beside the total.
  const dimension = parameters.get('dimension') ?? undefined;
  const query = { dimension, ...useCut(), profile, limit: PAGE };
  const at = (cursor?: string) => addressOf('/api/v1/arr/churn-risk', { query: { ...query, cursor } });
  const risk = useApi(at());
  return (
    <ContentLayout header={<Header variant="h1">Churn risk</Header>}>
      <SpaceBetween size="l">
        <div className="screen-only">
          <SpaceBetween size="s" direction="horizontal" alignItems="end">
            <CutChoice dimensions={risk.data?.dimensions ?? []} />
            <ProfileChoice />
          </SpaceBetween>
        </div>
        <MadeView loaded={risk} what="the churn risk" make={ledgerOf({ profile })}>
          {(told) => (
            <SpaceBetween size="l">
              <UnconvertedNotice unconverted={told.unconverted} />
              <Freshness head={told} />
              <ToldBy head={told} />
              {told.notTold === undefined ? (
                <SpaceBetween size="l">
                  <Total told={told} />
                  {told.byValue.length < 2 ? null : <ByValue told={told} />}
                  <Container
                    header={
                      <Header variant="h2" description="The largest ARR at risk first. A probability opens the reasons that sum to it.">
                        Customers
                      </Header>
                    }
                  >
                    <SpaceBetween size="s">
                      <Accounts told={told} />
                      <PagesAfter what="the customers" at={at} cursor={told.nextCursor}>
                        {(page) => <Accounts told={page as Risk} />}
                      </PagesAfter>
                    </SpaceBetween>
                  </Container>
                  <Playbooks told={told} />
                </SpaceBetween>
              ) : (
                <Alert type="info" header="Nothing is said yet">
                  {told.notTold.detail}
                </Alert>
              )}
              <Calibration told={told} />
            </SpaceBetween>
          )}
        </MadeView>
      </SpaceBetween>
    </ContentLayout>
  );
};

const Total = ({ told }: { readonly told: Risk }): ReactNode => {
  const { total, rate, planCurrency: currency, on, profile, dimension, value } = told;
  if (total === undefined) return null;
  const cut = dimension === 'total' || value === '' ? {} : { dimension, value };
  return (
    <Container
      header={
        <Header variant="h2">
          ARR at risk within twelve months of {dayText(on)}
          {value === '' ? '' : `: ${dimension} ${value}`}
        </Header>
      }
    >
      <KeyValuePairs
        columns={4}
        minColumnWidth={180}
        items={[
          {
            label: 'ARR at risk',
            value: (
              <Derived
                label="ARR at risk"
                size="large"
                text={money(total.atRiskMinor, currency, { isShort: true })}
                exact={total.atRiskMinor}
                formula={`${money(total.atRiskMinor, currency)}: Σ probability × ARR of the customers below, each rounded once.`}
              />
            ),
          },
          {
            label: 'Of ARR',
            value: (
              <Figure
                label={`ARR on ${dayText(on)}`}
                amountMinor={total.arrMinor}
                currency={currency}
                explain={addressOf('/api/v1/arr/explain', { query: { on, profile, ...cut } })}
                size="heading-xl"
                isShort
              />
            ),
          },
          { label: 'Customers', value: count(total.customers) },
          {
            label: 'Left within a year, before',
            value: rate === undefined ? 'not known' : `${count(rate.left)} of ${count(rate.customers)}`,
          },
        ]}
      />
    </Container>
  );
};

type Value = Risk['byValue'][number];

const ByValue = ({ told }: { readonly told: Risk }): ReactNode => {
  const { byValue, planCurrency: currency, dimension, on, profile } = told;
  return (
    <Container header={<Header variant="h2">By {dimension}</Header>}>
      <PlainTable
        caption={`ARR at risk by ${dimension}`}
        columns={[
          { header: dimension, cell: ({ value }: Value) => (value === '' ? 'None' : value) },
          { header: 'Customers', cell: ({ customers }) => count(customers) },
          {
            header: 'ARR',
            cell: ({ value, arrMinor }) => (
              <Figure
                label={`ARR of ${value}`}
                amountMinor={arrMinor}
                currency={currency}
                explain={addressOf('/api/v1/arr/explain', { query: { on, dimension, value, profile } })}
                isShort
              />
            ),
          },
          {
            header: 'At risk',
            cell: ({ value, atRiskMinor }) => (
              <Derived
                label={`ARR at risk of ${value}`}
                text={money(atRiskMinor, currency, { isShort: true })}
                exact={atRiskMinor}
                formula={`${money(atRiskMinor, currency)}: each customer’s amount, shared out in proportion to its ARR there.`}
              />
            ),
          },
        ]}
        items={byValue}
        keyOf={({ value }) => value}
        empty="No customer"
      />
    </Container>
  );
};

const Playbooks = ({ told }: { readonly told: Risk }): ReactNode => (
  <Container header={<Header variant="h2">What is done so that they stay</Header>}>
    <PlainTable
      caption="Playbooks: the first whose trigger holds is the customer’s"
      columns={[
        { header: 'Playbook', cell: ({ id }: Risk['playbooks'][number]) => id },
        { header: 'When', isText: true, cell: ({ trigger }) => trigger },
        { header: 'Who', isText: true, cell: ({ ownerRole }) => ownerRole },
        { header: 'First step', isText: true, cell: ({ firstStep }) => firstStep },
      ]}
      items={told.playbooks}
      keyOf={({ id }) => id}
      empty=""
    />
  </Container>
);

export default RiskScreen;
