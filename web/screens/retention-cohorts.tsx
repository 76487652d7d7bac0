import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { CSSProperties, ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { addDays, addMonths, dayText, monthText, startOfMonth } from '../format/days.ts';
import { count, money, share } from '../format/money.ts';
import { useAsked } from '../parts/definition.tsx';
import { ABSENT, Derived } from '../parts/figure.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { PlainTable } from '../parts/plain-table.tsx';
import { LoadedView } from '../parts/states.tsx';

type Cohorts = Answer<'/api/v1/arr/cohorts'>;
type Cohort = Cohorts['cohorts'][number];
type Age = Cohort['ages'][number];
/** A cohort, or all that began before the first one. */
type Row = Pick<Cohort, 'customers' | 'ages'> & Partial<Pick<Cohort, 'startsOn' | 'endsOn'>>;

/** Cohorts of two years by quarter, or of one by month; what began before is one row in front. */
const PERIODS = [
  { id: 'quarter', text: 'Quarter', months: 24 },
  { id: 'month', text: 'Month', months: 12 },
] as const;
const QUARTERLY = PERIODS[0];
const KEPT = [
  { id: 'revenue', text: 'Revenue kept' },
  { id: 'logos', text: 'Customers kept' },
] as const;

/** Customers by when their ARR began, and what of them is there at the end of each period since. */
export const Cohorts = ({
  on,
  dimension,
  value,
}: {
  readonly on: string;
  readonly dimension?: string | undefined;
  readonly value?: string | undefined;
}): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const { id: by, months } = PERIODS.find(({ id }) => id === parameters.get('by')) ?? QUARTERLY;
  const from = addMonths(startOfMonth(on), 1 - months);
  const kept = KEPT.find(({ id }) => id === parameters.get('kept'))?.id ?? 'revenue';
  const asked = useAsked();
  const cohorts = useApi(addressOf('/api/v1/arr/cohorts', { query: { by, from, dimension, value, ...asked } }));
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={cohorts.data?.formula}
          actions={
            <SpaceBetween size="xs" direction="horizontal">
              <SegmentedControl
                label="Cohorts by"
                selectedId={by}
                options={PERIODS.map(({ id, text }) => ({ id, text }))}
                onChange={({ detail }) => change({ by: detail.selectedId })}
              />
              <SegmentedControl
                label="What is kept"
                selectedId={kept}
                options={[...KEPT]}
                onChange={({ detail }) => change({ kept: detail.selectedId })}
              />
            </SpaceBetween>
          }
        >
          Cohorts
        </Header>
      }
    >
      <LoadedView loaded={cohorts} what="the cohorts">
        {(told) => <CohortTable told={told} kept={kept} />}
      </LoadedView>
    </Container>
  );
};

const CohortTable = ({ told, kept }: { readonly told: Cohorts; readonly kept: 'revenue' | 'logos' }): ReactNode => {
  const { earlier } = told;
  const cohorts: Row[] = [...(earlier === undefined ? [] : [earlier]), ...told.cohorts];
  const most = cohorts.reduce((ages, cohort) => Math.max(ages, cohort.ages.length), 0);
  return (
    <PlainTable
      caption={
        kept === 'revenue' ? 'ARR of a cohort, of what it had at the end of its first period' : 'Customers of a cohort that have ARR'
      }
      columns={[
        { header: 'Began in', cell: nameOf },
        { header: 'Customers', cell: ({ customers }: Row) => count(customers) },
        ...Array.from({ length: most }, (_, age) => ({
          header: String(age),
          cell: (cohort: Row) => {
            const at = cohort.ages[age];
            return at === undefined ? null : <Kept told={told} cohort={cohort} at={at} kept={kept} />;
          },
        })),
      ]}
      items={cohorts}
      keyOf={nameOf}
      empty="No cohort"
    />
  );
};

const nameOf = ({ startsOn, endsOn }: Row): string => {
  if (startsOn === undefined || endsOn === undefined) return 'Before';
  const [first, last] = [monthText(startsOn), monthText(endsOn)];
  return first === last ? first : `${first} – ${last}`;
};

/** A share, the stronger in colour the more is kept; above 200% no stronger. */
const Kept = ({
  told,
  cohort,
  at,
  kept,
}: {
  readonly told: Cohorts;
  readonly cohort: Row;
  readonly at: Age;
  readonly kept: 'revenue' | 'logos';
}): ReactNode => {
  const { profile } = useAsked();
  const part = kept === 'revenue' ? at.revenueKept : at.logosKept;
  if (part === undefined) return ABSENT;
  const { dimension, value, planCurrency: currency } = told;
  const cut = dimension === 'total' ? {} : { dimension, value };
  const { startsOn, customers, ages } = cohort;
  const first = ages[0] ?? at;
  const amounts =
    kept === 'revenue'
      ? `${money(at.arrMinor ?? '0', currency)} on ${dayText(at.endsOn)} ÷ ${money(first.arrMinor ?? '0', currency)} on ${dayText(first.endsOn)}`
      : `${count(at.active)} on ${dayText(at.endsOn)} ÷ ${count(customers)} whose first ARR began by ${dayText(first.endsOn)}`;
  const explain = (from: string, to: string, cause?: 'new') =>
    addressOf('/api/v1/arr/explain', { query: { from, to, cause, profile, ...cut } });
  const came = startsOn === undefined ? [] : [{ label: 'Who came', explain: explain(startsOn, first.endsOn, 'new') }];
  const since =
    at.age === 0 ? [] : [{ label: 'What moved since, whoever moved it', explain: explain(addDays(first.endsOn, 1), at.endsOn) }];
  const strength = { '--kept': `${Math.min(200, Math.round(Number(part) * 100)) / 8}%` } as CSSProperties;
  return (
    <span className="kept" style={strength}>
      <Derived
        label={`Kept at ${at.age} of those who began in ${nameOf(cohort)}`}
        text={share(part, { places: 0 })}
        exact={part}
        formula={`${amounts}.`}
        parts={[...came, ...since]}
      />
    </span>
  );
};
