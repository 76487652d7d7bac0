import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { dayText, instantText } from '../format/days.ts';
import { causeName } from './causes.ts';
import { CustomerLink } from './customer-link.tsx';
import { MovementAmount } from './movement-amount.tsx';
import { useExplainHref, useFollow } from './navigate.ts';
import { Freshness } from './states.tsx';

type Told = Exclude<Answer<'/api/v1/arr/explain'>, { readonly explains: 'figure' }>;
type Movement = Told['movements'][number];
type Event = Told['events'][number];

interface Under {
  /** By which it was asked to be explained, and whatever it leads to is; otherwise by that in force. */
  readonly profile: string | undefined;
}

/** Movements with the events of the sources behind them; each leads to the other. */
export const ExplainedEvents = ({ told, profile }: { readonly told: Told } & Under): ReactNode => {
  const { movements, events, customerId, customerName } = told;
  return (
    <SpaceBetween size="m">
      <Header variant="h3" description={told.formula}>
        {told.explains === 'movement' ? 'A movement and the events behind it' : 'An event and the movements that it led to'}
      </Header>
      <Box>
        Customer: <CustomerLink customerId={customerId}>{customerName === '' ? customerId : customerName}</CustomerLink>
      </Box>
      <Table
        variant="embedded"
        wrapLines
        header={<Header variant="h3">Movements</Header>}
        ariaLabels={{ tableLabel: 'Movements' }}
        columnDefinitions={[
          { id: 'on', header: 'Day', cell: ({ effectiveOn }: Movement) => dayText(effectiveOn) },
          { id: 'recorded', header: 'Recorded', cell: ({ recordedAt }: Movement) => instantText(recordedAt) },
          { id: 'cause', header: 'Cause', minWidth: 110, isRowHeader: true, cell: ({ cause }: Movement) => causeName(cause) },
          {
            id: 'amount',
            header: 'Amount',
            cell: (movement: Movement) => <MovementAmount movement={movement} profile={profile} />,
          },
        ]}
        items={movements}
        trackBy="movementId"
        empty="It moved nothing"
      />
      <Header variant="h3" counter={`(${events.length})`}>
        Source events
      </Header>
      {events.map((event) => (
        <SourceEvent
          key={`${event.eventId} ${event.kind} ${event.subscriptionId ?? ''}`}
          event={event}
          customerId={customerId}
          profile={profile}
        />
      ))}
      <Freshness head={told} />
    </SpaceBetween>
  );
};

const SourceEvent = ({ event, customerId, profile }: { readonly event: Event; readonly customerId: string } & Under): ReactNode => {
  const follow = useFollow();
  const hrefOf = useExplainHref();
  const ledTo = addressOf('/api/v1/arr/explain', { query: { customerId, eventId: event.eventId, profile } });
  return (
    <Container>
      <SpaceBetween size="s">
        <KeyValuePairs
          columns={2}
          items={[
            { label: 'Event', value: <span data-event={event.eventId}>{event.eventId}</span> },
            { label: 'Type', value: event.eventType },
            { label: 'Source', value: `${event.system}, ${event.instance}` },
            { label: 'At the source', value: instantText(event.observedAt) },
            ...(event.evidence === undefined ? [] : [{ label: 'Evidence', value: event.evidence }]),
            ...(event.subscriptionId === undefined ? [] : [{ label: 'Subscription', value: event.subscriptionId }]),
          ]}
        />
        <Link href={hrefOf(ledTo)} onFollow={follow}>
          Movements that it led to
        </Link>
        <ExpandableSection headerText="What it says, in our words">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
          <pre className="fact" tabIndex={0}>
            {JSON.stringify(event.fact, null, 2)}
          </pre>
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
};
