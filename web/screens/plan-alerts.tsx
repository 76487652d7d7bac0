import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { type ReactNode, useState } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { dayText, instantText } from '../format/days.ts';
import { count, percent } from '../format/money.ts';
import { useExplainHref, useFollow } from '../parts/navigate.ts';
import { Pages } from '../parts/pages.tsx';
import { LoadedView } from '../parts/states.tsx';

type Standing = Answer<'/api/v1/arr/alerts'>['items'][number];
type Told = Answer<'/api/v1/arr/alerts/history'>['items'][number];

const PAGE = '20';
const ALL = '100';
const EXPLAIN = '/api/v1/arr/explain?';
const CUSTOMER = '/api/v1/arr/customers/';

const STATES: Readonly<Record<Standing['state'], { readonly type: StatusIndicatorProps.Type; readonly text: string }>> = {
  open: { type: 'warning', text: 'Open' },
  unknown: { type: 'pending', text: 'Cannot be told' },
  clear: { type: 'success', text: 'Clear' },
};

/** How every alert stands, open ones first, and what was told before. */
const Alerts = (): ReactNode => {
  const alerts = useApi(addressOf('/api/v1/arr/alerts', { query: { limit: ALL } }));
  return (
    <LoadedView loaded={alerts} what="the alerts">
      {({ items }) => {
        const open = items.filter(({ state }) => state === 'open');
        const others = items.filter(({ state }) => state !== 'open');
        return (
          <Container
            header={
              <Header variant="h2" counter={`(${count(open.length)})`}>
                Alerts
              </Header>
            }
          >
            <SpaceBetween size="m">
              {open.length === 0 ? <StatusIndicator>None is open</StatusIndicator> : null}
              {open.map((alert) => (
                <Standing key={`${alert.rule} ${alert.subject}`} alert={alert} />
              ))}
              <ExpandableSection headerText={`Not open (${count(others.length)})`}>
                <SpaceBetween size="s">
                  {others.map((alert) => (
                    <Standing key={`${alert.rule} ${alert.subject}`} alert={alert} />
                  ))}
                </SpaceBetween>
              </ExpandableSection>
              <History />
            </SpaceBetween>
          </Container>
        );
      }}
    </LoadedView>
  );
};

/** `velocity-below-plan` as people read it. */
const ruleName = (rule: string): string => rule.charAt(0).toUpperCase() + rule.slice(1).replaceAll('-', ' ');
const bps = (value: number | undefined): string => (value === undefined ? '–' : percent(value));

const Standing = ({ alert }: { readonly alert: Standing }): ReactNode => {
  const { rule, subject, state, since, sentence, figureBps, thresholdBps, clearsAtBps, raised, explain, formula, ownerRole } = alert;
  const { type, text } = STATES[state];
  const facts = [
    `Figure ${bps(figureBps)}`,
    `raised at ${bps(thresholdBps)}`,
    `clears at ${bps(clearsAtBps)}`,
    ...(raised === undefined ? [] : [`raised on ${dayText(raised.on)} at ${bps(raised.figureBps)}`]),
    ...(since === undefined ? [] : [`so since ${instantText(since)}`]),
    `for ${ownerRole}`,
  ];
  return (
    <div data-alert={`${rule} ${subject} ${state}`}>
      <SpaceBetween size="xxs">
        <SpaceBetween size="xs" direction="horizontal">
          <StatusIndicator type={type}>{text}</StatusIndicator>
          <strong>
            {ruleName(rule)}
            {subject === 'company' ? '' : `: ${subject}`}
          </strong>
          <Explanation label={`${ruleName(rule)}, ${subject}`} explain={explain} />
        </SpaceBetween>
        <span>{sentence}</span>
        <Box variant="small">
          {facts.join('; ')}. {formula}
        </Box>
      </SpaceBetween>
    </div>
  );
};

const FORECAST = '/api/v1/arr/forecast';
const METRICS = '/api/v1/arr/metrics?';
/** The screen that shows what the API explains an alert by: a customer, the forecast, or metrics. */
const screenOf = (explain: string): string | undefined => {
  if (explain.startsWith(CUSTOMER)) return `/customers/${explain.slice(CUSTOMER.length)}`;
  if (explain === FORECAST) return '/forecast';
  if (!explain.startsWith(METRICS)) return undefined;
  return new URLSearchParams(explain.slice(METRICS.length)).get('metrics') === 'nrr' ? '/retention' : '/economics';
};

/** Opens the explanation, or the screen that is one. */
const Explanation = ({ label, explain }: { readonly label: string; readonly explain: string | undefined }): ReactNode => {
  const follow = useFollow();
  const hrefOf = useExplainHref();
  if (explain === undefined) return null;
  const own = explain.startsWith(EXPLAIN) ? hrefOf(explain) : screenOf(explain);
  return (
    <Link href={own ?? explain} {...(own === undefined ? { external: true } : { onFollow: follow })} ariaLabel={`Explain ${label}`}>
      Explain
    </Link>
  );
};

/** Read once it is wanted. */
const History = (): ReactNode => {
  const [isOpen, setOpen] = useState(false);
  return (
    <ExpandableSection headerText="History" expanded={isOpen} onChange={({ detail }) => setOpen(detail.expanded)}>
      {isOpen ? (
        <Pages what="the history" at={(cursor) => addressOf('/api/v1/arr/alerts/history', { query: { limit: PAGE, cursor } })}>
          {({ items }) => (
            <SpaceBetween size="s">
              {items.length === 0 ? <span>Nothing was told yet</span> : null}
              {items.map((told) => (
                <Event key={`${told.alertId} ${told.happened}`} told={told} />
              ))}
            </SpaceBetween>
          )}
        </Pages>
      ) : null}
    </ExpandableSection>
  );
};

const Event = ({ told }: { readonly told: Told }): ReactNode => {
  const { alertId, happened, rule, at, sentence, severity, explain } = told;
  return (
    <div data-told={`${alertId} ${happened}`}>
      <Alert
        type={happened === 'cleared' ? 'success' : severity === 'info' ? 'info' : 'warning'}
        header={`${ruleName(rule)}, ${happened} ${instantText(at)}`}
      >
        {sentence} <Explanation label={`${ruleName(rule)} of ${instantText(at)}`} explain={explain} />
      </Alert>
    </div>
  );
};

export default Alerts;
