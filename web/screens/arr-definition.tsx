import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import type { Answer } from '../api/client.ts';
import { PlainTable } from '../parts/plain-table.tsx';

export type Profiles = Answer<'/api/v1/arr/profiles'>;
type Profile = Profiles['items'][number];

interface Head {
  readonly profile: string;
  readonly profileVersion?: string | undefined;
  readonly formula: string;
}

const nameOf = ({ profile, profileVersion }: Head): string => `${profile}${profileVersion === undefined ? '' : `@${profileVersion}`}`;

/** By which definition the figures are told, with its formula and choices. One that is not in force is written across them. */
export const Definition = ({ head, profiles }: { readonly head: Head; readonly profiles: Profiles }): ReactNode => {
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
