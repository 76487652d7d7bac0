import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useState } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { dayText, endOfMonth, instantText, monthText } from '../format/days.ts';
import { money } from '../format/money.ts';
import { causeName } from '../parts/causes.ts';
import { CustomerLink } from '../parts/customer-link.tsx';
import { Figure } from '../parts/figure.tsx';
import { Pages } from '../parts/pages.tsx';
import { PlainTable } from '../parts/plain-table.tsx';
import { LoadedView } from '../parts/states.tsx';

type Closing = Answer<'/api/v1/arr/closings'>['items'][number];
type Journal = Answer<'/api/v1/arr/restatements'>;
type Restated = Journal['items'][number];

const PAGE = '50';

/** Closed months: what was reported, and the journal of what has been restated since. */
export const Closings = (): ReactNode => {
  const closings = useApi(addressOf('/api/v1/arr/closings'));
  return (
    <Container
      header={
        <Header variant="h2" description="What a closed month reported stays; what is recorded later stands in its journal.">
          Closed months
        </Header>
      }
    >
      <LoadedView loaded={closings} what="the closed months">
        {({ items }) =>
          items.length === 0 ? (
            'No month has been closed yet'
          ) : (
            <SpaceBetween size="m">
              {items.toReversed().map((closing) => (
                <Closed key={closing.month} closing={closing} />
              ))}
            </SpaceBetween>
          )
        }
      </LoadedView>
    </Container>
  );
};

const Closed = ({ closing }: { readonly closing: Closing }): ReactNode => {
  const { month, closedBy, closedAt, profile } = closing;
  const [isOpen, setOpen] = useState(false);
  return (
    <ExpandableSection
      headerText={`${monthText(`${month}-01`)}, by ${profile}`}
      headerDescription={`Closed by ${closedBy}, ${instantText(closedAt)}`}
      expanded={isOpen}
      onChange={({ detail }) => setOpen(detail.expanded)}
    >
      {isOpen ? (
        <div data-closed={month}>
          <Pages what="the journal" at={(cursor) => addressOf('/api/v1/arr/restatements', { query: { month, limit: PAGE, cursor } })}>
            {(journal) => <JournalPage journal={journal} />}
          </Pages>
        </div>
      ) : null}
    </ExpandableSection>
  );
};

const JournalPage = ({ journal }: { readonly journal: Journal }): ReactNode => {
  const { month, planCurrency: currency, reportedMinor, restatedMinor, correctedMinor, items } = journal;
  const on = endOfMonth(`${month}-01`);
  const figure = (label: string, amountMinor: string, explain: string, isChange = false) => ({
    label,
    value: <Figure label={label} amountMinor={amountMinor} currency={currency} explain={explain} isChange={isChange} />,
  });
  const atEnd = addressOf('/api/v1/arr/explain', { query: { on } });
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={3}
        items={[
          { label: 'Reported', value: <span data-figure={reportedMinor}>{money(reportedMinor, currency)}</span> },
          { label: 'Restated since', value: <span data-figure={restatedMinor}>{money(restatedMinor, currency, { isChange: true })}</span> },
          figure('As corrected', correctedMinor, atEnd),
        ]}
      />
      <PlainTable
        caption="Journal of restatements"
        columns={[
          { header: 'Recorded', cell: ({ recordedAt }: Restated) => instantText(recordedAt) },
          { header: 'Day', cell: ({ effectiveOn }) => dayText(effectiveOn) },
          { header: 'Customer', cell: ({ customerId }) => <CustomerLink customerId={customerId} /> },
          { header: 'Cause', cell: ({ cause, correction }) => `${causeName(cause)}${correction ? ', correction' : ''}` },
          {
            header: 'Amount',
            cell: ({ netMinor, explain, cause, customerId }) => (
              <Figure
                label={`${causeName(cause)} of ${customerId}`}
                amountMinor={netMinor}
                currency={currency}
                explain={explain}
                isChange
              />
            ),
          },
        ]}
        items={items}
        keyOf={({ movementId }) => movementId}
        empty="Nothing has been restated"
      />
    </SpaceBetween>
  );
};
