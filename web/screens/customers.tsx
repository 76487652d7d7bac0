import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { LoadedView } from '../parts/states.tsx';
import { MovementsList } from './arr-movements.tsx';

/** The way to a customer: by its id, or by what moved lately. */
const CustomersScreen = (): ReactNode => {
  const [id, setId] = useState('');
  const [, navigate] = useLocation();
  const today = useApi(addressOf('/api/v1/arr/status'));
  return (
    <ContentLayout header={<Header variant="h1">Customers</Header>}>
      <SpaceBetween size="l">
        <Container>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (id.trim() !== '') navigate(`/customers/${encodeURIComponent(id.trim())}`);
            }}
          >
            <FormField label="Id of a customer" description="The vendor, the account, and the id at the source: stripe.main.cus_123">
              <SpaceBetween size="xs" direction="horizontal">
                <Input value={id} onChange={({ detail }) => setId(detail.value)} autoComplete={false} spellcheck={false} />
                <Button formAction="submit">Open</Button>
              </SpaceBetween>
            </FormField>
          </form>
        </Container>
        <LoadedView loaded={today} what="what moved">
          {({ on }) => <MovementsList on={on} />}
        </LoadedView>
      </SpaceBetween>
    </ContentLayout>
  );
};

export default CustomersScreen;
