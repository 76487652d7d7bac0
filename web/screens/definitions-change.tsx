import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { post } from '../api/post.ts';
import { instantText, monthText } from '../format/days.ts';
import { money } from '../format/money.ts';
import { ABSENT, Derived } from '../parts/figure.tsx';
import { PlainTable } from '../parts/plain-table.tsx';
import { Course, Decide } from '../parts/second-person.tsx';

type Change = Answer<'/api/v1/arr/profile-changes'>['items'][number];
type Row = Change['effect']['rows'][number];

const nameOf = ({ profile, profileVersion }: Change['from']): string => `${profile}@${profileVersion}`;

/** A change of the definition in force: what it turns, what ARR of prior months would have been, and who said so. */
export const ChangeEntry = ({
  told,
  currency,
  onDecided,
}: {
  readonly told: Change;
  readonly currency: string;
  readonly onDecided: () => void;
}): ReactNode => {
  const { changeId, from, to, switches, reason, effect, status, isInForce } = told;
  const name = `${nameOf(from)} to ${nameOf(to)}`;
  return (
    <Container header={<Header variant="h3">{name}</Header>}>
      <div data-change={`${changeId} ${status}`}>
        <SpaceBetween size="m">
          <span>“{reason}”</span>
          <Course of={told} />
          {status === 'approved' ? (
            <StatusIndicator type={isInForce ? 'success' : 'pending'}>
              {isInForce ? 'In force' : 'The next deployment of a configuration with it puts it in force'}
            </StatusIndicator>
          ) : null}
          <ExpandableSection headerText={`What it turns (${switches.length})`}>
            <PlainTable
              caption="Switches, as docs/profiles.md names them"
              columns={[
                { header: 'Switch', cell: (one: Change['switches'][number]) => one.switch },
                { header: from.profile, isText: true, cell: ({ left }) => left },
                { header: to.profile, isText: true, cell: ({ right }) => right },
              ]}
              items={switches}
              keyOf={(one) => one.switch}
              empty="Nothing"
            />
          </ExpandableSection>
          <Effect effect={effect} left={from.profile} right={to.profile} through={effect.ledgerThrough} currency={currency} />
          <Decide
            of={told}
            what={`the change from ${from.profile} to ${to.profile}`}
            effect="Once a deployment puts it in force, facts are decided by it. What closed months reported stays; their journals tell what differs."
            decide={(decision) =>
              decision === 'approve'
                ? post('/api/v1/arr/profile-changes/{changeId}/approve', { params: { changeId } })
                : post('/api/v1/arr/profile-changes/{changeId}/reject', { params: { changeId } })
            }
            onDecided={onDecided}
          />
        </SpaceBetween>
      </div>
    </Container>
  );
};

const amount = (minor: string | undefined, currency: string, isChange = false): string =>
  minor === undefined ? ABSENT : money(minor, currency, { isShort: true, isChange });

/** ARR of prior months by both definitions. */
export const Effect = ({
  effect,
  left,
  right,
  through,
  currency,
}: {
  readonly effect: { readonly rows: readonly Row[] };
  readonly left: string;
  readonly right: string;
  readonly through: string;
  readonly currency: string;
}): ReactNode => {
  const side = (profile: string, amountOf: (row: Row) => string | undefined) => ({
    header: profile,
    cell: (row: Row) => (
      <Derived
        label={`ARR by ${profile}, ${monthText(row.startsOn)}`}
        text={amount(amountOf(row), currency)}
        exact={amountOf(row)}
        formula={`As it was told by all that was recorded before ${instantText(through)}.`}
        parts={[{ label: 'As it is told today', explain: addressOf('/api/v1/arr/explain', { query: { on: row.endsOn, profile } }) }]}
      />
    ),
  });
  return (
    <PlainTable
      caption={`ARR of ${effect.rows.length} months by both`}
      columns={[
        { header: 'Month', cell: ({ startsOn }: Row) => monthText(startsOn) },
        side(left, ({ leftMinor }) => leftMinor),
        side(right, ({ rightMinor }) => rightMinor),
        {
          header: 'Difference',
          cell: ({ startsOn, differenceMinor, reasons = [] }) => (
            <Derived
              label={`Difference, ${monthText(startsOn)}`}
              text={amount(differenceMinor, currency, true)}
              exact={differenceMinor}
              formula={
                reasons.length === 0
                  ? 'They are the same.'
                  : reasons
                      .map((one) => `${one.switch} (${one.left} to ${one.right}) ${amount(one.differenceMinor, currency, true)}`)
                      .join('; ')
              }
            />
          ),
        },
      ]}
      items={effect.rows.toReversed()}
      keyOf={({ startsOn }) => startsOn}
      empty="No month"
    />
  );
};
