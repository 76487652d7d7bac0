import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { type ReactNode, useState } from 'react';
import { post } from '../api/post.ts';
import { useDraft } from '../parts/draft.ts';
import { useAddressParameters } from '../parts/navigate.ts';
import { isSaidBeside, saidOf, useSending } from '../parts/sending.ts';
import { type Field, KINDS, type Kind, kindOf, rulingOf, type Typed, unsendable } from './rulings-kinds.ts';

const OFFERED = Object.entries(KINDS).map(([value, { name }]) => ({ value, label: name }));
const WHOSE = 'customerId';
const AMOUNT = 'amountMinor';

/**
 * Proposes a ruling. What is typed stays until it is proposed, of each customer by itself; proposing the same again, while it is open, is the same
 * proposal.
 */
export const RulingForm = ({ kind, onProposed }: { readonly kind: Kind; readonly onProposed: () => void }): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const [draft, setDraft, clear] = useDraft<Typed>(`ruling ${parameters.get(WHOSE) ?? ''}`);
  const { isSending, problem, send } = useSending();
  const [own, setOwn] = useState<string>();
  const { name, fields } = KINDS[kind];
  // Where another screen leads here, it says of what.
  const given = Object.fromEntries(fields.flatMap(({ id }) => (parameters.has(id) ? [[id, parameters.get(id) ?? '']] : [])));
  const typed: Partial<Typed> = { ...draft, ...given };
  // Whose rulings are listed below stays.
  const away = Object.keys(given).filter((id) => id !== WHOSE);
  const close = { propose: undefined, ...Object.fromEntries(away.map((id) => [id, undefined])) };
  const propose = (): void => {
    const wrong = unsendable(kind, typed);
    setOwn(wrong);
    if (wrong !== undefined) return;
    send(async () => {
      await post('/api/v1/arr/rulings', { body: { ruling: rulingOf(kind, typed), reason: (typed['reason'] ?? '').trim() } });
      clear();
      change({ ...close, status: undefined });
      onProposed();
    });
  };
  const beside = [...fields.map(({ id }) => `ruling.${id}`), 'reason'];
  const said = problem === undefined || isSaidBeside(problem, beside) ? undefined : `${problem.title}: ${problem.message}`;
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
            <Button formAction="none" variant="link" onClick={() => change(close)}>
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
            <Header variant="h2" description="It counts once a second person has approved it.">
              {name}
            </Header>
          }
        >
          <SpaceBetween size="m">
            <FormField label="What is ruled">
              <Select
                selectedOption={OFFERED.find(({ value }) => value === kind) ?? null}
                options={OFFERED}
                onChange={({ detail }) => change({ propose: kindOf(detail.selectedOption.value ?? null) })}
              />
            </FormField>
            <ColumnLayout columns={2} minColumnWidth={280}>
              {fields.map((field) => (
                <FormField
                  key={field.id}
                  label={field.isOptional === true ? `${field.label} (optional)` : field.label}
                  constraintText={field.hint}
                  errorText={(field.id === AMOUNT ? own : undefined) ?? saidOf(problem, `ruling.${field.id}`)}
                >
                  <Asked
                    field={field}
                    value={typed[field.id] ?? ''}
                    isGiven={field.id in given}
                    onType={(value) => setDraft({ [field.id]: value })}
                  />
                </FormField>
              ))}
            </ColumnLayout>
            <FormField label="Reason" constraintText="As an auditor will read it." errorText={saidOf(problem, 'reason')}>
              <Textarea value={typed['reason'] ?? ''} onChange={({ detail }) => setDraft({ reason: detail.value })} />
            </FormField>
          </SpaceBetween>
        </Container>
      </Form>
    </form>
  );
};

const Asked = ({
  field,
  value,
  isGiven,
  onType,
}: {
  readonly field: Field;
  readonly value: string;
  /** Chosen where this began. */
  readonly isGiven: boolean;
  readonly onType: (value: string) => void;
}): ReactNode => {
  const { input, options = [] } = field;
  if (input === 'choice')
    return (
      <Select
        placeholder="Choose"
        selectedOption={options.find((option) => option.value === value) ?? null}
        options={options}
        onChange={({ detail }) => onType(detail.selectedOption.value ?? '')}
      />
    );
  return (
    <Input
      value={value}
      readOnly={isGiven}
      {...(input === 'day' ? { placeholder: 'YYYY-MM-DD' } : {})}
      onChange={({ detail }) => onType(detail.value)}
    />
  );
};
