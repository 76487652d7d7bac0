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
import { Derived, Figure } from '../parts/figure.tsx';
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
            {(journal) => <JournalPage journal={journal} closing={closing} />}
          </Pages>
        </div>
      ) : null}
    </ExpandableSection>
  );
};

/** The waterfall of the month as it stood when it was closed. */
const reportedFormula = ({ rows, planCurrency: currency, closedBy, closedAt, through, profile }: Closing): string => {
  const total = rows.find(({ dimension }) => dimension === 'total');
  const moved = total?.movements.map(({ cause, netMinor }) => `${causeName(cause)} ${money(netMinor, currency, { isChange: true })}`) ?? [];
  const waterfall =
    total === undefined
      ? ''
      : `${[`Opening ${money(total.openingMinor, currency)}`, ...moved].join(', ')}: closing ${money(total.closingMinor, currency)}. `;
  return `${waterfall}By ${profile}, of all that was recorded before ${instantText(through)}; closed by ${closedBy}, ${instantText(closedAt)}.`;
};

/** What of it another definition changed, where there is one. */
const definitionText = ({
  isSameDefinition,
  restatedMinor,
  definitionMinor,
  definitionUnknown,
  planCurrency,
  reportedUnder,
  profile,
}: Journal) => {
  if (isSameDefinition) return '';
  if (restatedMinor === undefined || definitionMinor === undefined) return ` ${definitionUnknown ?? ''}`;
  const [restated, definition] = [restatedMinor, definitionMinor].map((minor) => money(minor, planCurrency, { isChange: true }));
  return ` Of that ${definition} by another definition (${profile}, reported by ${reportedUnder.profile}), ${restated} by what is known otherwise.`;
};

const JournalPage = ({ journal, closing }: { readonly journal: Journal; readonly closing: Closing }): ReactNode => {
  const { month, planCurrency: currency, reportedMinor, movedMinor, correctedMinor, items } = journal;
  const on = endOfMonth(`${month}-01`);
  const atEnd = addressOf('/api/v1/arr/explain', { query: { on } });
  const parts = [{ label: 'As corrected', explain: atEnd }];
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={3}
        items={[
          {
            label: 'Reported',
            value: (
              <Derived
                label={`Reported, ${monthText(on)}`}
                text={money(reportedMinor, currency)}
                exact={reportedMinor}
                formula={reportedFormula(closing)}
                parts={parts}
              />
            ),
          },
          {
            label: 'Restated since',
            value: (
              <Derived
                label={`Restated since, ${monthText(on)}`}
                text={money(movedMinor, currency, { isChange: true })}
                exact={movedMinor}
                formula={`All that was recorded from ${instantText(journal.reportedThrough)} to ${instantText(journal.through)} and moved ARR by ${dayText(on)}: the journal below.${definitionText(journal)} Reported + restated = as corrected.`}
                parts={parts}
              />
            ),
          },
          {
            label: 'As corrected',
            value: <Figure label={`As corrected, ${monthText(on)}`} amountMinor={correctedMinor} currency={currency} explain={atEnd} />,
          },
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
