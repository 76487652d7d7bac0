import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { type ReactNode, useState } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { instantText } from '../format/days.ts';
import { count } from '../format/money.ts';
import { useAddressParameters, useFollow } from '../parts/navigate.ts';
import { Pages } from '../parts/pages.tsx';
import { PlainTable } from '../parts/plain-table.tsx';
import { LoadedView } from '../parts/states.tsx';
import { ChangeEntry } from './definitions-change.tsx';
import { ChangeForm } from './definitions-form.tsx';

type Profiles = Answer<'/api/v1/arr/profiles'>;
type Profile = Profiles['items'][number];

const PAGE = '10';

/** By which definitions ARR can be told, which one is in force, and how another one comes in its place: proposed with its effect, approved by a second person. */
const DefinitionsScreen = (): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const profiles = useApi(addressOf('/api/v1/arr/profiles'));
  // The day that the company is at, and the currency of its plan.
  const today = useApi(addressOf('/api/v1/arr/status'));
  const [version, setVersion] = useState(0);
  const asAnew = (): void => setVersion((times) => times + 1);
  const isProposing = parameters.has('propose');
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description="One person proposes another definition with what it changes, a second one approves; the next deployment puts it in force."
          {...(isProposing ? {} : { actions: <Button onClick={() => change({ propose: 'change' })}>Propose a change</Button> })}
        >
          Definitions
        </Header>
      }
    >
      <SpaceBetween size="l">
        <LoadedView loaded={profiles} what="the definitions">
          {(told) => (
            <SpaceBetween size="l">
              {isProposing ? (
                <LoadedView loaded={today} what="today">
                  {({ on }) => <ChangeForm profiles={told} on={on} onProposed={asAnew} />}
                </LoadedView>
              ) : null}
              <Known profiles={told} />
            </SpaceBetween>
          )}
        </LoadedView>
        <Header variant="h2">Changes</Header>
        <Pages
          key={version}
          what="the changes"
          at={(cursor) => addressOf('/api/v1/arr/profile-changes', { query: { limit: PAGE, cursor } })}
        >
          {({ items }) => (
            <SpaceBetween size="s">
              {items.length === 0 ? <span>No change was proposed yet</span> : null}
              {today.data === undefined
                ? null
                : items.map((one) => (
                    <ChangeEntry key={one.changeId} told={one} currency={today.data?.planCurrency ?? ''} onDecided={asAnew} />
                  ))}
            </SpaceBetween>
          )}
        </Pages>
      </SpaceBetween>
    </ContentLayout>
  );
};

const LEDGERS: Readonly<Record<Profile['ledger']['state'], { readonly type: StatusIndicatorProps.Type; readonly text: string }>> = {
  recorded: { type: 'success', text: 'As facts come' },
  absent: { type: 'stopped', text: 'Not made' },
  making: { type: 'in-progress', text: 'Being made' },
  ready: { type: 'success', text: 'Made' },
};

const ledgerText = ({ state, done, of, through }: Profile['ledger']): string => {
  if (state === 'making') return `${LEDGERS[state].text}, ${count(done ?? 0)} of ${count(of ?? 0)} parts`;
  return through === undefined ? LEDGERS[state].text : `${LEDGERS[state].text}, through ${instantText(through)}`;
};

const Known = ({ profiles }: { readonly profiles: Profiles }): ReactNode => {
  const follow = useFollow();
  return (
    <Container header={<Header variant="h2">Profiles</Header>}>
      <PlainTable
        caption="Definition profiles, each a choice of every switch (docs/profiles.md)"
        columns={[
          {
            header: 'Profile',
            cell: ({ profile, isInForce }: Profile) => (
              <Link href={isInForce ? '/arr' : `/arr?profile=${encodeURIComponent(profile)}`} onFollow={follow}>
                {profile}
              </Link>
            ),
          },
          { header: 'Version', isText: true, cell: ({ profileVersion }) => profileVersion },
          { header: 'In force', isText: true, cell: ({ isInForce }) => (isInForce ? <StatusIndicator>In force</StatusIndicator> : '') },
          { header: 'From', isText: true, cell: ({ isPreset }) => (isPreset ? 'preset' : 'configuration') },
          {
            header: 'Figures',
            isText: true,
            cell: ({ ledger }) => <StatusIndicator type={LEDGERS[ledger.state].type}>{ledgerText(ledger)}</StatusIndicator>,
          },
        ]}
        items={profiles.items}
        keyOf={({ profile }) => profile}
        empty=""
      />
    </Container>
  );
};

export default DefinitionsScreen;
