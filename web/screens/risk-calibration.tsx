import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { dayText } from '../format/days.ts';
import { count, money, percent, share } from '../format/money.ts';
import { PlainTable } from '../parts/plain-table.tsx';
import type { Risk } from './risk-accounts.tsx';

type Calibrated = NonNullable<Risk['calibration']>;

/** How such probabilities held on a year that the model had not seen, and the years that it is made of. */
export const Calibration = ({ told }: { readonly told: Risk }): ReactNode => {
  const { calibration, notCalibrated, cohorts, model } = told;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`Model ${model.name} ${model.version}: a smaller group begins with ${count(model.priorCustomers)} customers of the larger one${model.knowsRenewals ? '' : '; the ends of terms are not known, so that renewals are no reason'}.`}
        >
          How such probabilities held
        </Header>
      }
    >
      <SpaceBetween size="l">
        {calibration === undefined ? (
          (notCalibrated?.detail ?? 'Nothing can be said of it yet')
        ) : (
          <Held calibration={calibration} told={told} />
        )}
        <PlainTable
          caption="Years that are over"
          columns={[
            { header: 'With ARR on', cell: ({ on }: Risk['cohorts'][number]) => dayText(on) },
            { header: 'Customers', cell: ({ customers }) => count(customers) },
            { header: 'Left within a year', cell: ({ left }) => count(left) },
            { header: 'Of others it was known', cell: ({ knownToLeave }) => count(knownToLeave) },
          ]}
          items={cohorts}
          keyOf={({ on }) => on}
          empty="No year is over yet"
        />
      </SpaceBetween>
    </Container>
  );
};

const Held = ({ calibration, told }: { readonly calibration: Calibrated; readonly told: Risk }): ReactNode => {
  const { on, customers, left, bands, brier, brierOfRate, atRiskMinor, leftMinor } = calibration;
  const { planCurrency: currency } = told;
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={4}
        minColumnWidth={180}
        items={[
          { label: `Left of ${count(customers)} with ARR on ${dayText(on)}`, value: count(left) },
          { label: 'Brier score, 0 is best', value: brier },
          { label: 'The same of everybody at one rate', value: brierOfRate },
          {
            label: 'At risk as it would have been told, and what left',
            value: `${money(atRiskMinor, currency, { isShort: true })}, ${money(leftMinor, currency, { isShort: true })}`,
          },
        ]}
      />
      <PlainTable
        caption="By what was predicted"
        columns={[
          {
            header: 'Predicted',
            cell: ({ fromBps, belowBps }: Calibrated['bands'][number]) => `${percent(fromBps)} to ${percent(belowBps)}`,
          },
          { header: 'Customers', cell: (band) => count(band.customers) },
          { header: 'Mean of predictions', cell: ({ predicted }) => share(predicted, { places: 2 }) },
          { header: 'Left', cell: (band) => count(band.left) },
          { header: 'Share that left', cell: ({ actual }) => share(actual, { places: 2 }) },
        ]}
        items={bands}
        keyOf={({ fromBps }) => String(fromBps)}
        empty="Nobody"
      />
    </SpaceBetween>
  );
};
