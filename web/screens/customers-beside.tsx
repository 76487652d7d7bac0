import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { dayText, instantText } from '../format/days.ts';
import { count, money } from '../format/money.ts';
import { ABSENT, Derived } from '../parts/figure.tsx';
import { Freshness, LoadedView } from '../parts/states.tsx';

type Beside = Answer<'/api/v1/arr/beside'>;

/** ARR of all customers, and what stands beside it. */
export const CustomersBeside = (): ReactNode => {
  const beside = useApi(addressOf('/api/v1/arr/beside'));
  return (
    <LoadedView loaded={beside} what="what stands beside ARR">
      {(told) => (
        <SpaceBetween size="l">
          {told.isComplete ? null : (
            <Alert type="info" header="The lists are being made">
              Nobody had asked for them for a week. They are there within five minutes.
            </Alert>
          )}
          <Freshness head={told} />
          <Container
            header={
              <Header variant="h2" description={asOf(told)}>
                ARR, and what stands beside it
              </Header>
            }
          >
            <KeyValuePairs columns={4} minColumnWidth={180} items={figuresOf(told)} />
          </Container>
        </SpaceBetween>
      )}
    </LoadedView>
  );
};

const asOf = ({ on, through }: Beside): string =>
  on === undefined || through === undefined ? 'Not made yet' : `${dayText(on)}, with all that was recorded by ${instantText(through)}`;

const figuresOf = ({ customers, arr, contracted, billed, usage, unsigned, planCurrency: currency, on, formula }: Beside) => {
  const total = (label: string, { planMinor, byCurrency }: Beside['arr'], meaning: string) => ({
    label,
    value: (
      <Derived
        label={label}
        text={planMinor === undefined ? ABSENT : money(planMinor, currency, { isShort: true })}
        exact={planMinor}
        formula={`${meaning} ${formula}. ${byCurrency.map((one) => money(one.amountMinor, one.currency)).join(' + ')}`}
        parts={
          on === undefined || label !== 'ARR'
            ? []
            : [{ label: `ARR on ${dayText(on)}`, explain: addressOf('/api/v1/arr/explain', { query: { on } }) }]
        }
      />
    ),
  });
  return [
    { label: 'Customers with ARR', value: count(customers) },
    total('ARR', arr, 'What counts.'),
    total('Contracted a year (CARR)', contracted.carr, 'Signed and not noticed to end, begun or not.'),
    total('Total contract value', contracted.tcv, 'Of agreements that are signed and not over.'),
    total('Billed run-rate', billed, 'What billing alone comes to a year.'),
    total('Metered usage, as a year', usage, 'What was invoiced of it for three months, as a year.'),
    total('Claimed and not signed', unsigned, 'As a year.'),
  ];
};
