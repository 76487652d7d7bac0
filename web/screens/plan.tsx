import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { lazy, type ReactNode, Suspense } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { addDays, addMonths, dayText } from '../format/days.ts';
import { money, percent } from '../format/money.ts';
import { Derived, Figure } from '../parts/figure.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { Freshness, LoadedView, UnconvertedNotice } from '../parts/states.tsx';
import { Composition } from './plan-composition.tsx';

/** Comes after what is looked at first. */
const Alerts = lazy(() => import('./plan-alerts.tsx'));

type Status = Answer<'/api/v1/arr/status'>;

const explainFlow = (from: string, to: string) => addressOf('/api/v1/arr/explain', { query: { from, to } });
const explainOn = (on: string) => addressOf('/api/v1/arr/explain', { query: { on } });

/** Where the company stands against its plan: milestone, velocity, arrival, composition, and what is wrong with the plan itself. */
export const PlanScreen = (): ReactNode => {
  const [parameters] = useAddressParameters();
  const status = useApi(addressOf('/api/v1/arr/status', { query: { on: parameters.get('on') ?? undefined } }));
  return (
    <ContentLayout header={<Header variant="h1">Plan</Header>}>
      <LoadedView loaded={status} what="the plan">
        {(data) => (
          <SpaceBetween size="l">
            <UnconvertedNotice unconverted={data.unconverted} />
            <Freshness head={data} />
            <Milestone status={data} />
            <Velocity status={data} />
            <Suspense fallback={null}>
              <Alerts />
            </Suspense>
            <Composition status={data} />
            <Conflicts status={data} />
          </SpaceBetween>
        )}
      </LoadedView>
    </ContentLayout>
  );
};

const shareText = (bps: number | undefined): string => (bps === undefined ? '–' : percent(bps));
const growthText = (bps: number | undefined): string => (bps === undefined ? '–' : percent(bps, { isChange: true }));

const Milestone = ({ status }: { readonly status: Status }): ReactNode => {
  const { milestone, planCurrency: currency, on, eta } = status;
  const short = (amount: string | undefined): string => (amount === undefined ? '–' : money(amount, currency, { isShort: true }));
  return (
    <Container
      header={
        <Header variant="h2" description={`${dayText(on)}, version ${status.planVersion} of the plan, definition ${status.profile}`}>
          Milestone
        </Header>
      }
    >
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={4}
          minColumnWidth={200}
          items={[
            {
              label: 'ARR',
              value: (
                <Figure amountMinor={status.arrMinor} currency={currency} label="ARR" explain={explainOn(on)} size="heading-xl" isShort />
              ),
            },
            {
              label: `Target by ${dayText(milestone.targetOn)}`,
              value: (
                <Box fontSize="heading-xl" variant="span">
                  {short(milestone.targetMinor)}
                </Box>
              ),
            },
            {
              label: 'Remaining',
              value: (
                <Derived
                  label="Remaining"
                  size="large"
                  text={short(milestone.remainingMinor)}
                  formula="The target less ARR at the end of the day; zero once it is reached."
                  parts={[{ label: `ARR on ${dayText(on)}`, explain: explainOn(on) }]}
                />
              ),
            },
            { label: 'Estimated arrival', value: <Arrival eta={eta} targetOn={milestone.targetOn} /> },
          ]}
        />
        <ProgressBar
          value={milestone.progressBps === undefined ? 0 : Math.min(100, milestone.progressBps / 100)}
          label="Progress to the target"
          additionalInfo={`${shareText(milestone.progressBps)} of the target; ${shareText(milestone.gapClosedBps)} of the gap that the plan set out to close`}
        />
        <KeyValuePairs
          columns={4}
          items={(milestone.thresholds ?? []).map(({ thresholdBps, amountMinor, reachedOn }) => ({
            label: `${percent(thresholdBps).replace('.0', '')}: ${short(amountMinor)}`,
            value:
              reachedOn === undefined ? (
                <StatusIndicator type="pending">Ahead</StatusIndicator>
              ) : (
                <StatusIndicator>{dayText(reachedOn)}</StatusIndicator>
              ),
          }))}
        />
      </SpaceBetween>
    </Container>
  );
};

const Arrival = ({ eta, targetOn }: { readonly eta: Status['eta']; readonly targetOn: string }): ReactNode => {
  if (eta?.on === undefined) return <Box variant="span">Not within ten years at the present pace</Box>;
  const interval =
    eta.earliest === undefined || eta.latest === undefined
      ? ''
      : `${shareText(eta.confidenceBps)} between ${dayText(eta.earliest)} and ${dayText(eta.latest)}. `;
  return (
    <SpaceBetween size="xxs">
      <Derived label="Estimated arrival" size="large" text={dayText(eta.on)} formula={`${interval}${eta.method}`} />
      <StatusIndicator type={eta.on <= targetOn ? 'success' : 'warning'}>
        {eta.on <= targetOn ? 'By the target’s day' : 'After the target’s day'}
      </StatusIndicator>
      <Box variant="small">{interval.replace(/\. $/, '')}</Box>
    </SpaceBetween>
  );
};

const Velocity = ({ status }: { readonly status: Status }): ReactNode => {
  const { velocity, growth, planCurrency: currency, on } = status;
  const monthFrom = addDays(addMonths(on, -1), 1);
  const flow = (label: string, amountMinor: string | undefined, from: string) => ({
    label,
    value: <Figure amountMinor={amountMinor} currency={currency} label={label} explain={explainFlow(from, on)} isShort isChange />,
  });
  const derived = (label: string, amountMinor: string | undefined, formula: string, isChange = false) => ({
    label,
    value: (
      <Derived
        label={label}
        text={amountMinor === undefined ? '–' : money(amountMinor, currency, { isShort: true, isChange })}
        formula={formula}
        parts={[{ label: `ARR on ${dayText(on)}`, explain: explainOn(on) }]}
      />
    ),
  });
  const grown = (label: string, bps: number | undefined, months: number) => ({
    label,
    value: (
      <Derived
        label={label}
        text={growthText(bps)}
        formula={`ARR on ${dayText(on)} ÷ ARR on ${dayText(addMonths(on, -months))} − 1.`}
        parts={[
          { label: `ARR on ${dayText(on)}`, explain: explainOn(on) },
          { label: `ARR on ${dayText(addMonths(on, -months))}`, explain: explainOn(addMonths(on, -months)) },
          { label: 'What moved in between', explain: explainFlow(addDays(addMonths(on, -months), 1), on) },
        ]}
      />
    ),
  });
  return (
    <Container header={<Header variant="h2">Velocity</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          flow('Last day', velocity.dailyMinor, on),
          flow('Last 7 days', velocity.weeklyMinor, addDays(on, -6)),
          flow('Last month', velocity.monthlyMinor, monthFrom),
          derived(
            'The plan adds in the same month',
            velocity.plannedMonthlyMinor,
            'The phased plan at the end of the day less a month before.',
            true,
          ),
          derived('The plan’s ARR on the day', velocity.plannedArrMinor, 'The phased plan at the end of the day.'),
          derived('Against the plan', velocity.aheadOfPlanMinor, 'ARR less the phased plan’s ARR of the day: positive is ahead.', true),
          derived('Needed a day from now on', velocity.requiredDailyMinor, 'What remains to the target ÷ days that are left.'),
          grown('Month over month', growth.monthOverMonthBps, 1),
          grown('Quarter over quarter', growth.quarterOverQuarterBps, 3),
          grown('Year over year', growth.yearOverYearBps, 12),
        ]}
      />
    </Container>
  );
};

const Conflicts = ({ status }: { readonly status: Status }): ReactNode =>
  status.conflicts.length === 0 ? null : (
    <Alert type="info" header="Targets of the plan that cannot hold together">
      <SpaceBetween size="xs">
        {status.conflicts.map(({ code, sentence }) => (
          <span key={code}>{sentence}</span>
        ))}
      </SpaceBetween>
    </Alert>
  );
