import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import type { ReactNode } from 'react';
import { addressOf } from '../api/client.ts';
import { dayText, instantText, monthText } from '../format/days.ts';
import { count, money, share } from '../format/money.ts';
import { causeName } from '../parts/causes.ts';
import { ABSENT, Derived, Figure } from '../parts/figure.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { PlainTable } from '../parts/plain-table.tsx';
import type { Forecast } from './forecast-months.tsx';

type Back = Forecast['accuracy'][number];
type Known = Forecast['recorded'][number];

const ARR = 'arr';
const nameOf = (of: string): string => (of === ARR ? 'ARR' : causeName(of));

/** How far off the same model was before, by how many months ahead it told, beside two forecasts that need no model. */
export const Accuracy = ({ told }: { readonly told: Forecast }): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const all = [...new Set(told.accuracy.map(({ of }) => of))];
  const of = all.find((one) => one === parameters.get('of')) ?? ARR;
  const options = all.map((one) => ({ value: one, label: nameOf(one) }));
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`What the model would have said at the end of each month that is over, against what came. Errors are Σ |forecast − actual| ÷ Σ ARR of those ends, of all that is known on ${dayText(told.on)}.`}
          actions={
            <Select
              ariaLabel="Errors of"
              inlineLabelText="Of"
              expandToViewport
              selectedOption={options.find(({ value }) => value === of) ?? null}
              options={options}
              onChange={({ detail }) => change({ of: detail.selectedOption.value === ARR ? undefined : detail.selectedOption.value })}
            />
          }
        >
          How far off it was
        </Header>
      }
    >
      <PlainTable
        caption={`Back-tests of ${nameOf(of)} by months ahead`}
        columns={[
          { header: 'Months ahead', cell: ({ lead }: Back) => count(lead) },
          { header: 'Back-tests', cell: ({ backTests }) => count(backTests) },
          { header: 'Error', cell: (back) => <Off value={back.error} /> },
          { header: 'If it stays as it is', cell: (back) => <Off value={back.errorIfStays} /> },
          { header: 'If its last change goes on', cell: (back) => <Off value={back.errorIfGoesOn} /> },
          ...[80, 95].map((level) => ({ header: `${level}% held what came`, cell: (back: Back) => heldText(back, level) })),
        ]}
        items={told.accuracy.filter((one) => one.of === of)}
        keyOf={({ lead }) => String(lead)}
        empty="No month with a year before it is over yet"
      />
    </Container>
  );
};

const Off = ({ value }: { readonly value: string }): ReactNode => (
  <span className="figure" data-exact={value}>
    {share(value, { places: 2 })}
  </span>
);

const heldText = ({ coverage }: Back, level: number): string => {
  const one = coverage.find((held) => held.level === level);
  return one === undefined || one.told === 0 ? 'none told' : `${count(one.covered)} of ${count(one.told)}`;
};

/** What was forecast of months when they began, and what they came to. */
export const Recorded = ({ told }: { readonly told: Forecast }): ReactNode => {
  const { planCurrency: currency, recorded } = told;
  const gap = ({ streams }: Known): string =>
    streams
      .filter(({ forecastMinor, actualMinor }) => forecastMinor !== '0' || (actualMinor ?? '0') !== '0')
      .map(
        ({ stream, forecastMinor, actualMinor }) =>
          `${causeName(stream)} ${money(forecastMinor, currency)}${actualMinor === undefined ? '' : `, came ${money(actualMinor, currency)}`}`,
      )
      .join('; ');
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Of the whole company, by the definition in force, in the first three days of each month; never changed."
        >
          What was forecast, and what came
        </Header>
      }
    >
      <PlainTable
        caption="Forecasts recorded when their month began"
        columns={[
          { header: 'Month', cell: ({ startsOn }: Known) => monthText(startsOn) },
          { header: 'Recorded', cell: ({ recordedAt }) => instantText(recordedAt) },
          {
            header: 'Forecast',
            cell: (known) => (
              <Derived
                label={`Forecast of ${monthText(known.startsOn)}`}
                text={money(known.forecastMinor, currency, { isShort: true })}
                exact={known.forecastMinor}
                formula={`${money(known.forecastMinor, currency)}, by ${known.model}: opening ${money(known.openingMinor, currency)}; ${gap(known)}.`}
              />
            ),
          },
          {
            header: 'Came',
            cell: ({ actualMinor, startsOn, endsOn }) =>
              actualMinor === undefined ? (
                ABSENT
              ) : (
                <Figure
                  label={`ARR at the end of ${monthText(startsOn)}`}
                  amountMinor={actualMinor}
                  currency={currency}
                  explain={addressOf('/api/v1/arr/explain', { query: { on: endsOn } })}
                  isShort
                />
              ),
          },
          {
            header: 'Off by',
            cell: ({ forecastMinor, actualMinor }) =>
              actualMinor === undefined
                ? ABSENT
                : money(String(BigInt(actualMinor) - BigInt(forecastMinor)), currency, { isShort: true, isChange: true }),
          },
        ]}
        items={recorded}
        keyOf={({ startsOn }) => startsOn}
        empty="No forecast has been recorded yet"
      />
    </Container>
  );
};
