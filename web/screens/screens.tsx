import Box from '@cloudscape-design/components/box';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import { lazy, type ReactNode } from 'react';
import { PlanScreen } from './plan.tsx';

/** A screen: where it is, how it is named in the navigation, and what it shows. A new screen is a file here and a row in `SCREENS`. */
export interface Screen {
  readonly name: string;
  /** What the navigation leads to. */
  readonly href: string;
  /** The addresses that it shows. */
  readonly pattern: RegExp;
  readonly render: (path: string) => ReactNode;
}

// The plan is what is opened first; the others are fetched when they are gone to.
const ArrScreen = lazy(() => import('./arr.tsx'));
const BookingsScreen = lazy(() => import('./bookings.tsx'));
const CustomersScreen = lazy(() => import('./customers.tsx'));
const CustomerScreen = lazy(() => import('./customer.tsx'));
const EconomicsScreen = lazy(() => import('./economics.tsx'));
const ForecastScreen = lazy(() => import('./forecast.tsx'));
const PackScreen = lazy(() => import('./pack.tsx'));
const RetentionScreen = lazy(() => import('./retention.tsx'));
const RiskScreen = lazy(() => import('./risk.tsx'));
const RulingsScreen = lazy(() => import('./rulings.tsx'));
const DefinitionsScreen = lazy(() => import('./definitions.tsx'));
const IntegrationsScreen = lazy(() => import('./integrations.tsx'));

const CUSTOMER = /^\/customers\/([^/]+)$/;

const customersAt = (path: string): ReactNode => {
  const id = CUSTOMER.exec(path)?.[1];
  return id === undefined ? <CustomersScreen /> : <CustomerScreen key={id} customerId={decodeURIComponent(id)} />;
};

export const SCREENS: readonly Screen[] = [
  { name: 'Plan', href: '/', pattern: /^\/$/, render: () => <PlanScreen /> },
  { name: 'ARR', href: '/arr', pattern: /^\/arr$/, render: () => <ArrScreen /> },
  { name: 'Retention', href: '/retention', pattern: /^\/retention$/, render: () => <RetentionScreen /> },
  { name: 'Economics', href: '/economics', pattern: /^\/economics$/, render: () => <EconomicsScreen /> },
  { name: 'Forecast', href: '/forecast', pattern: /^\/forecast$/, render: () => <ForecastScreen /> },
  { name: 'Churn risk', href: '/risk', pattern: /^\/risk$/, render: () => <RiskScreen /> },
  { name: 'Bookings', href: '/bookings', pattern: /^\/bookings$/, render: () => <BookingsScreen /> },
  { name: 'Customers', href: '/customers', pattern: /^\/customers(\/[^/]+)?$/, render: customersAt },
  { name: 'Pack', href: '/pack', pattern: /^\/pack$/, render: () => <PackScreen /> },
  { name: 'Rulings', href: '/rulings', pattern: /^\/rulings$/, render: () => <RulingsScreen /> },
  { name: 'Definitions', href: '/definitions', pattern: /^\/definitions$/, render: () => <DefinitionsScreen /> },
  { name: 'Integrations', href: '/integrations', pattern: /^\/integrations$/, render: () => <IntegrationsScreen /> },
];

export const NOT_FOUND: Screen = {
  name: 'Not found',
  href: '',
  pattern: /^$/,
  render: () => (
    <ContentLayout header={<Header variant="h1">Not found</Header>}>
      <Box>There is no screen at this address. The navigation names those that there are.</Box>
    </ContentLayout>
  ),
};
