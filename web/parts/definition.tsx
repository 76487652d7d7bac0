import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { post } from '../api/post.ts';
import { useApi } from '../api/use-api.ts';
import { dayText } from '../format/days.ts';
import { Choice } from './choice.tsx';
import { DayChoice } from './day-choice.tsx';
import { useAddressParameters } from './navigate.ts';
import { PlainTable } from './plain-table.tsx';
import { LoadedView } from './states.tsx';

type Profiles = Answer<'/api/v1/arr/profiles'>;
type Profile = Profiles['items'][number];

interface Head {
  readonly profile: string;
  readonly profileVersion?: string | undefined;
  readonly formula: string;
}

const nameOf = ({ profile, profileVersion }: Head): string => `${profile}${profileVersion === undefined ? '' : `@${profileVersion}`}`;

/** What figures are asked by: the profile and the day as of which they were known, as the API takes them. Both stand in the address. */
export interface Asked {
  readonly profile: string | undefined;
  readonly asKnownOn: string | undefined;
}

export const useAsked = (): Asked => {
  const [parameters] = useAddressParameters();
  return { profile: parameters.get('profile') ?? undefined, asKnownOn: parameters.get('knownOn') ?? undefined };
};

/** Has made what figures by a profile are told from. */
export const ledgerOf =
  ({ profile = '' }: { readonly profile: string | undefined }) =>
  () =>
    post('/api/v1/arr/profiles/{profile}/ledger', { params: { profile } });

export const ProfileChoice = (): ReactNode => {
  const [, change] = useAddressParameters();
  const { profile } = useAsked();
  const profiles = useApi(addressOf('/api/v1/arr/profiles'));
  return (
    <Choice
      label="Definition"
      none="In force"
      chosen={profile}
      options={profiles.data?.items.map((one) => one.profile) ?? []}
      onChoose={(name) => change({ profile: name })}
    />
  );
};

/** One of the profiles, and a day. */
export const AskedChoice = (): ReactNode => {
  const [, change] = useAddressParameters();
  const { asKnownOn } = useAsked();
  return (
    <SpaceBetween size="s" direction="horizontal" alignItems="end">
      <ProfileChoice />
      <DayChoice label="As known on" chosen={asKnownOn} onChoose={(day) => change({ knownOn: day })} />
    </SpaceBetween>
  );
};

/** Says what the figures are told by. */
export const ToldBy = ({ head, asKnownOn }: { readonly head: Head; readonly asKnownOn?: string | undefined }): ReactNode => {
  const profiles = useApi(addressOf('/api/v1/arr/profiles'));
  return (
    <SpaceBetween size="m">
      <LoadedView loaded={profiles} what="the definition">
        {(data) => <Definition head={head} profiles={data} />}
      </LoadedView>
      {asKnownOn === undefined ? null : (
        <Alert type="info" header={`As known on ${dayText(asKnownOn)}`}>
          What was recorded later is left out. Explanations say what is known today.
        </Alert>
      )}
    </SpaceBetween>
  );
};

/** By which definition the figures are told, with its formula and choices. One that is not in force is written across them. */
const Definition = ({ head, profiles }: { readonly head: Head; readonly profiles: Profiles }): ReactNode => {
  const { inForce, items } = profiles;
  const isInForce = head.profile === inForce;
  const own = items.find(({ profile }) => profile === head.profile);
  const other = items.find(({ profile }) => profile === inForce);
  return (
    <SpaceBetween size="m">
      {isInForce ? null : (
        <>
          <div className="watermark" aria-hidden="true">
            {nameOf(head)}
          </div>
          <Alert type="warning" header={`Told by ${nameOf(head)}, not by the definition in force, ${inForce}`}>
            Nothing of this is reported: the plan, alerts and closings go by {inForce}.
          </Alert>
        </>
      )}
      <Container
        header={
          <Header variant="h2" description={head.formula}>
            Definition: {nameOf(head)}
          </Header>
        }
      >
        <ExpandableSection headerText="What it chooses">
          <Switches profiles={profiles} own={own} other={other} />
        </ExpandableSection>
      </Container>
    </SpaceBetween>
  );
};

const Switches = ({
  profiles,
  own,
  other,
}: {
  readonly profiles: Profiles;
  readonly own: Profile | undefined;
  readonly other: Profile | undefined;
}): ReactNode => (
  <PlainTable
    caption="Switches, as docs/profiles.md names them"
    columns={[
      { header: 'Switch', cell: ({ name }: Profiles['switches'][number]) => name },
      { header: 'Decides', cell: ({ decidesArr }) => (decidesArr ? 'what ARR is' : 'how it is called') },
      { header: 'Choice', cell: ({ name }) => own?.switches[name] },
      {
        header: `In force (${other?.profile})`,
        cell: ({ name }) => (other?.switches[name] === own?.switches[name] ? 'the same' : other?.switches[name]),
      },
    ]}
    items={profiles.switches}
    keyOf={({ name }) => name}
    empty=""
  />
);
