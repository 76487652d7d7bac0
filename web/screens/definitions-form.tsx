import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { post } from '../api/post.ts';
import { useApi } from '../api/use-api.ts';
import { addMonths, startOfMonth } from '../format/days.ts';
import { useDraft } from '../parts/draft.ts';
import { MadeView } from '../parts/made.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { isSaidBeside, saidOf, useSending } from '../parts/sending.ts';
import { Effect } from './definitions-change.tsx';

type Profiles = Answer<'/api/v1/arr/profiles'>;

/** As many as a proposal keeps. */
const MONTHS_OF_EFFECT = 24;
const FIELDS = ['profile', 'reason'];

/** Proposes another definition, with what it changes in front of whoever does. What is typed stays until it is proposed. */
export const ChangeForm = ({
  profiles,
  on,
  onProposed,
}: {
  readonly profiles: Profiles;
  /** The day that the company is at. */
  readonly on: string;
  readonly onProposed: () => void;
}): ReactNode => {
  const [, change] = useAddressParameters();
  const [{ profile = '', reason = '' }, setDraft, clear] = useDraft<{ readonly profile: string; readonly reason: string }>(
    'profile-change',
  );
  const { isSending, problem, send } = useSending();
  const options = profiles.items.filter((one) => !one.isInForce).map((one) => ({ value: one.profile, label: one.profile }));
  const close = (): void => change({ propose: undefined });
  const propose = (): void =>
    send(async () => {
      await post('/api/v1/arr/profile-changes', { body: { profile, reason: reason.trim() } });
      clear();
      close();
      onProposed();
    });
  const said = problem === undefined || isSaidBeside(problem, FIELDS) ? undefined : `${problem.title}: ${problem.message}`;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        propose();
      }}
    >
      <Form
        {...(said === undefined ? {} : { errorText: said })}
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            <Button formAction="none" variant="link" onClick={close}>
              Close
            </Button>
            <Button variant="primary" loading={isSending}>
              Propose
            </Button>
          </SpaceBetween>
        }
      >
        <Container
          header={
            <Header variant="h2" description="It counts once a second person has approved it and a deployment has put it in force.">
              In place of {profiles.inForce}
            </Header>
          }
        >
          <SpaceBetween size="m">
            <FormField label="Profile" errorText={saidOf(problem, 'profile')}>
              <Select
                placeholder="Choose"
                selectedOption={options.find(({ value }) => value === profile) ?? null}
                options={options}
                onChange={({ detail }) => setDraft({ profile: detail.selectedOption.value ?? '' })}
              />
            </FormField>
            <FormField label="Reason" constraintText="As an auditor will read it." errorText={saidOf(problem, 'reason')}>
              <Textarea value={reason} onChange={({ detail }) => setDraft({ reason: detail.value })} />
            </FormField>
            {profile === '' ? null : <Preview key={profile} left={profiles.inForce} right={profile} on={on} />}
          </SpaceBetween>
        </Container>
      </Form>
    </form>
  );
};

/** What the change would have made of the months before: a proposal keeps it as it stands then. */
const Preview = ({ left, right, on }: { readonly left: string; readonly right: string; readonly on: string }): ReactNode => {
  const from = addMonths(startOfMonth(on), 1 - MONTHS_OF_EFFECT);
  const compared = useApi(addressOf('/api/v1/arr/comparison', { query: { left, right, from, to: on } }));
  return (
    <MadeView
      loaded={compared}
      what={`the comparison of ${left} and ${right}, without which nothing can be proposed`}
      make={() => post('/api/v1/arr/comparisons', { body: { left, right } })}
    >
      {(told) => <Effect effect={told} left={left} right={right} through={told.ledgerThrough} currency={told.planCurrency} />}
    </MadeView>
  );
};
