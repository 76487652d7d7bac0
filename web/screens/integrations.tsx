import Alert from '@cloudscape-design/components/alert';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { durationText, instantText } from '../format/days.ts';
import { count } from '../format/money.ts';
import { ABSENT } from '../parts/figure.tsx';
import { PlainTable } from '../parts/plain-table.tsx';
import { LoadedView } from '../parts/states.tsx';

type Integration = Answer<'/api/v1/integrations'>['items'][number];

const STATUS: Readonly<Record<Integration['status'], { readonly type: StatusIndicatorProps.Type; readonly text: string }>> = {
  waiting: { type: 'pending', text: 'Nothing has been heard yet' },
  ok: { type: 'success', text: 'Heard' },
  failing: { type: 'error', text: 'What was tried last failed' },
};

/** The sources: how far each has been heard, what became of its deliveries, and what waits for somebody. */
const IntegrationsScreen = (): ReactNode => {
  const integrations = useApi(addressOf('/api/v1/integrations'));
  return (
    <ContentLayout header={<Header variant="h1">Integrations</Header>}>
      <LoadedView loaded={integrations} what="the integrations">
        {({ items }) => (
          <SpaceBetween size="l">
            {items.length === 0 ? <Alert type="info">No source is configured.</Alert> : null}
            {items.map((integration) => (
              <Source key={integration.id} integration={integration} />
            ))}
          </SpaceBetween>
        )}
      </LoadedView>
    </ContentLayout>
  );
};

const Source = ({ integration }: { readonly integration: Integration }): ReactNode => {
  const { id, system, instance, livemode, status, lastProblem, parked } = integration;
  const mode = livemode === undefined ? '' : livemode ? ', live mode' : ', test mode';
  return (
    <Container
      header={
        <Header variant="h2" description={`${system}, ${instance}${mode}`}>
          {id}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <StatusIndicator type={STATUS[status].type}>{STATUS[status].text}</StatusIndicator>
        {lastProblem === undefined || lastProblem.mendedAt !== undefined ? null : (
          <Alert type="error" header={lastProblem.code}>
            {instantText(lastProblem.at)}: {lastProblem.detail}
          </Alert>
        )}
        <Heard integration={integration} />
        <ColumnLayout columns={2} minColumnWidth={320}>
          <Deliveries integration={integration} />
          <Sync integration={integration} />
        </ColumnLayout>
        {parked === 0 ? null : <Parked id={id} />}
      </SpaceBetween>
    </Container>
  );
};

const Heard = ({ integration }: { readonly integration: Integration }): ReactNode => {
  const { lastEvent, dataThroughAt, silentSeconds, parked } = integration;
  return (
    <KeyValuePairs
      columns={4}
      items={[
        { label: 'Heard through', value: dataThroughAt === undefined ? ABSENT : instantText(dataThroughAt) },
        { label: 'Silent for', value: silentSeconds === undefined ? ABSENT : durationText(silentSeconds) },
        {
          label: 'Last event',
          value: lastEvent === undefined ? ABSENT : `${lastEvent.eventType}, ${durationText(lastEvent.lagSeconds)} after it occurred`,
        },
        {
          label: 'Parked events',
          value: <StatusIndicator type={parked === 0 ? 'success' : 'warning'}>{count(parked)}</StatusIndicator>,
        },
      ]}
    />
  );
};

const DELIVERIES = [
  ['recorded', 'Recorded'],
  ['duplicate', 'Again, and counted once'],
  ['incomplete', 'Completed from the source'],
  ['parked', 'Parked'],
  ['dropped', 'Of no meaning here'],
  ['failed', 'Failed'],
] as const;

const Deliveries = ({ integration: { id, deliveries } }: { readonly integration: Integration }): ReactNode => (
  <PlainTable
    caption="Deliveries"
    columns={[
      { header: 'What became of them', cell: ([, text]) => text },
      { header: 'Number', cell: ([outcome]) => <span data-delivery={`${id} ${outcome}`}>{count(deliveries[outcome])}</span> },
    ]}
    items={DELIVERIES}
    keyOf={([outcome]) => outcome}
    empty=""
  />
);

const Sync = ({ integration: { sync } }: { readonly integration: Integration }): ReactNode => (
  <PlainTable
    caption="Asked for by Ascent itself"
    columns={[
      { header: 'What', cell: ({ object, by }) => `${object}, by ${by}` },
      { header: 'Through', cell: ({ throughAt }) => (throughAt === undefined ? ABSENT : instantText(throughAt)) },
      { header: 'Found missing', cell: ({ missed }) => (missed === undefined ? ABSENT : count(missed)) },
      { header: 'More waits', cell: ({ isUnread }) => (isUnread ? 'yes' : 'no') },
    ]}
    items={sync}
    keyOf={({ object, by }) => `${object} ${by}`}
    empty="Nothing has been asked for yet."
  />
);

/** Events that could not be taken in, with why: to be mended, and then replayed by the runbook. */
const Parked = ({ id }: { readonly id: string }): ReactNode => {
  const parked = useApi(addressOf('/api/v1/integrations/{id}/parked', { params: { id } }));
  return (
    <ExpandableSection headerText="Parked events" defaultExpanded>
      <LoadedView loaded={parked} what="the parked events">
        {({ items, nextCursor }) => (
          <PlainTable
            caption={nextCursor === null ? 'All of them, the oldest first' : 'The oldest of them'}
            columns={[
              { header: 'Event', cell: ({ eventId }) => eventId },
              { header: 'Type', cell: ({ eventType }) => eventType },
              { header: 'Since', cell: ({ parkedAt }) => instantText(parkedAt) },
              { header: 'State', cell: ({ state }) => state },
              { header: 'Why', cell: ({ reason, detail, field }) => `${reason}${field === undefined ? '' : ` (${field})`}: ${detail}` },
            ]}
            items={items}
            keyOf={({ eventId }) => eventId}
            empty="None any more"
          />
        )}
      </LoadedView>
    </ExpandableSection>
  );
};

export default IntegrationsScreen;
