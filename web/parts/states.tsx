import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import { addressOf } from '../api/client.ts';
import type { ApiProblem } from '../api/problem.ts';
import { type Loaded, useApi } from '../api/use-api.ts';
import { durationText, instantText } from '../format/days.ts';
import { LOCALE, money } from '../format/money.ts';

/** A problem as the API tells it, with the part of the request that it is about. */
export const ProblemNotice = ({ problem, reload }: { readonly problem: ApiProblem; readonly reload: () => void }): ReactNode => (
  <Alert type="error" header={problem.title} action={<Button onClick={reload}>Try again</Button>}>
    <SpaceBetween size="xxs">
      <span>{problem.message}</span>
      {problem.field === undefined ? null : <span>Field: {problem.field}</span>}
      {problem.instance === undefined ? null : <Box variant="small">{problem.instance}</Box>}
    </SpaceBetween>
  </Alert>
);

/**
 * Loading, failed, or there; where a later request fails, what came before stays with a notice that says since when.
 */
export function LoadedView<T>({
  loaded,
  what,
  children,
}: {
  readonly loaded: Loaded<T>;
  readonly what: string;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  const { data, problem, isLoading, loadedAtMs, reload } = loaded;
  if (data === undefined) {
    if (problem !== undefined) return <ProblemNotice problem={problem} reload={reload} />;
    return isLoading ? (
      <Box textAlign="center" padding="l" color="text-status-inactive">
        <Spinner /> <span role="status">Loading {what}</span>
      </Box>
    ) : null;
  }
  return (
    <SpaceBetween size="m">
      {problem === undefined || loadedAtMs === undefined ? null : (
        <Alert
          type="warning"
          header={`Shown as of ${instantText(new Date(loadedAtMs).toISOString())}`}
          action={<Button onClick={reload}>Try again</Button>}
        >
          {problem.title}: {problem.message}
        </Alert>
      )}
      {children(data)}
    </SpaceBetween>
  );
}

interface FigureHead {
  readonly profile: string;
  readonly formula: string;
  readonly planCurrency: string;
  readonly dataThrough: readonly { readonly id: string; readonly throughAt?: string | undefined }[];
}

const STALE_SECONDS = 24 * 3_600;

/** How far each source had been heard when a figure was made; a source that is silent for a day is said so. */
export const Freshness = ({ head }: { readonly head: FigureHead }): ReactNode => {
  // The platform's clock, not this machine's: a local stack may stand in another year.
  const { data: health } = useApi(addressOf('/health'));
  const nowMs = health === undefined ? undefined : Date.parse(health.time);
  return (
    <SpaceBetween size="m" direction="horizontal">
      {head.dataThrough.length === 0 ? <StatusIndicator type="pending">No source has been heard yet</StatusIndicator> : null}
      {head.dataThrough.map(({ id, throughAt }) => {
        if (throughAt === undefined)
          return (
            <StatusIndicator key={id} type="pending">
              {id}: not heard yet
            </StatusIndicator>
          );
        const silent = nowMs === undefined ? 0 : Math.max(0, (nowMs - Date.parse(throughAt)) / 1_000);
        const isStale = silent > STALE_SECONDS;
        return (
          <StatusIndicator key={id} type={isStale ? 'warning' : 'success'}>
            {id}: through {instantText(throughAt)}
            {isStale ? `, ${durationText(silent)} ago` : ''}
          </StatusIndicator>
        );
      })}
    </SpaceBetween>
  );
};

interface Unconverted {
  readonly currency: string;
  /** Where it is known what is left out. */
  readonly amountMinor?: string;
  readonly detail: string;
}

/** Figures are whole or absent: says which currency lacks its rate, and what to do. */
export const UnconvertedNotice = ({ unconverted }: { readonly unconverted: readonly Unconverted[] }): ReactNode => {
  if (unconverted.length === 0) return null;
  return (
    <Alert type="warning" header="Figures are left out: a plan rate is missing">
      {unconverted.map(({ currency, amountMinor, detail }) => (
        <div key={currency}>
          {amountMinor === undefined ? currency : money(amountMinor, currency, { locale: LOCALE })}: {detail}
        </div>
      ))}
    </Alert>
  );
};
