import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useState } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { post } from '../api/post.ts';
import { dayText } from '../format/days.ts';
import { money } from '../format/money.ts';
import { CustomerLink } from '../parts/customer-link.tsx';
import { Explained } from '../parts/figure.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { Pages } from '../parts/pages.tsx';
import { Course, Decide } from '../parts/second-person.tsx';
import { RulingForm } from './rulings-form.tsx';
import { kindOf } from './rulings-kinds.ts';

type Told = Answer<'/api/v1/arr/rulings'>['items'][number];
type Ruling = Told['ruling'];

const PAGE = '20';
const STATES = [
  { id: 'proposed', text: 'Open' },
  { id: 'approved', text: 'Approved' },
  { id: 'rejected', text: 'Rejected' },
  { id: 'all', text: 'All' },
] as const;
const OPEN = STATES[0];

/** What two people say where sources leave something open or say it wrongly: one proposes with a reason, a second one approves. */
const RulingsScreen = (): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const state = STATES.find(({ id }) => id === parameters.get('status')) ?? OPEN;
  const customerId = parameters.get('customerId') ?? undefined;
  const kind = kindOf(parameters.get('propose'));
  // What was proposed or decided here is asked for anew; the API lists it within a second.
  const [version, setVersion] = useState(0);
  const status = state.id === 'all' ? undefined : state.id;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description="One person proposes with a reason, a second one approves; ARR follows within a second, and both stay on record."
          {...(kind === undefined ? { actions: <Button onClick={() => change({ propose: 'adjustment' })}>Propose</Button> } : {})}
        >
          Rulings
        </Header>
      }
    >
      <SpaceBetween size="l">
        {kind === undefined ? null : <RulingForm key={customerId} kind={kind} onProposed={() => setVersion((count) => count + 1)} />}
        <div className="screen-only">
          <SpaceBetween size="s" direction="horizontal" alignItems="center">
            <SegmentedControl
              label="Rulings"
              selectedId={state.id}
              options={[...STATES]}
              onChange={({ detail }) => change({ status: detail.selectedId === OPEN.id ? undefined : detail.selectedId })}
            />
            {customerId === undefined ? null : (
              <Button onClick={() => change({ customerId: undefined })}>Of all customers, not only of {customerId}</Button>
            )}
          </SpaceBetween>
        </div>
        <Pages
          key={`${state.id} ${customerId} ${version}`}
          what="the rulings"
          at={(cursor) => addressOf('/api/v1/arr/rulings', { query: { status, customerId, limit: PAGE, cursor } })}
        >
          {({ items }) => (
            <SpaceBetween size="s">
              {items.length === 0 ? <span>No ruling is here</span> : null}
              {items.map((one) => (
                <Entry key={one.rulingId} told={one} onDecided={() => setVersion((count) => count + 1)} />
              ))}
            </SpaceBetween>
          )}
        </Pages>
      </SpaceBetween>
    </ContentLayout>
  );
};

const Entry = ({ told, onDecided }: { readonly told: Told; readonly onDecided: () => void }): ReactNode => {
  const { rulingId, ruling, reason, status } = told;
  return (
    <Container header={<Header variant="h3">{titleOf(ruling)}</Header>}>
      <div data-ruling={`${rulingId} ${status}`}>
        <SpaceBetween size="s">
          <span>
            <CustomerLink customerId={ruling.customerId} />: {saidBy(ruling)}
          </span>
          <span>“{reason}”</span>
          <Course of={told} />
          {status === 'approved' ? (
            <Explained
              label={`What ${rulingId} led to`}
              explain={addressOf('/api/v1/arr/explain', { query: { customerId: ruling.customerId, eventId: rulingId } })}
            >
              What it led to
            </Explained>
          ) : null}
          <Decide
            of={told}
            what={`“${titleOf(ruling)}” of ${ruling.customerId}`}
            effect={`${saidBy(ruling)} ARR follows within a second.`}
            decide={(decision) =>
              decision === 'approve'
                ? post('/api/v1/arr/rulings/{rulingId}/approve', { params: { rulingId } })
                : post('/api/v1/arr/rulings/{rulingId}/reject', { params: { rulingId } })
            }
            onDecided={onDecided}
          />
        </SpaceBetween>
      </div>
    </Container>
  );
};

const titleOf = (ruling: Ruling): string => {
  switch (ruling.kind) {
    case 'link':
      return ruling.isSame ? 'One customer' : 'Two customers';
    case 'pair':
      return ruling.isSame ? 'The subscription bills the agreement' : 'The subscription does not bill the agreement';
    case 'lapse':
      return ruling.goesOn ? 'The agreement goes on' : 'The agreement does not go on';
    case 'adjustment':
      return `Adjustment of ${money(ruling.amountMinor, ruling.currency, { isChange: true })}`;
    case 'adjustment-end':
      return 'End of an adjustment';
  }
};

/** What it says, as a sentence. */
const saidBy = (ruling: Ruling): string => {
  switch (ruling.kind) {
    case 'link':
      return `${ruling.isSame ? 'is one with' : 'is another than'} ${ruling.otherId}.`;
    case 'pair':
      return `${ruling.subscriptionId} ${ruling.isSame ? 'bills' : 'does not bill'} ${ruling.agreementId}.`;
    case 'lapse':
      return `the ${ruling.of} of ${ruling.agreementId} ends on ${dayText(ruling.on)}, and it ${ruling.goesOn ? 'goes on all the same' : 'is over'}.`;
    case 'adjustment': {
      const until = ruling.until === undefined ? 'until it is ended' : `until ${dayText(ruling.until)}`;
      const of = [ruling.productId, ruling.legalEntity].filter((one) => one !== undefined);
      return `${money(ruling.amountMinor, ruling.currency, { isChange: true })} of ARR from ${dayText(ruling.on)} ${until}${of.length === 0 ? '' : `, of ${of.join(', ')}`}.`;
    }
    case 'adjustment-end':
      return `without ${ruling.adjustmentId} from ${dayText(ruling.on)} on.`;
  }
};

export default RulingsScreen;
