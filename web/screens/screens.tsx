import Box from '@cloudscape-design/components/box';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import type { ReactNode } from 'react';
import { PlanScreen } from './plan.tsx';

/** A screen: where it is, how it is named in the navigation, and what it shows. A new screen is a file here and a row in `SCREENS`. */
export interface Screen {
  readonly name: string;
  readonly href: string;
  readonly pattern: RegExp;
  readonly render: (path: string) => ReactNode;
}

export const SCREENS: readonly Screen[] = [{ name: 'Plan', href: '/', pattern: /^\/(plan)?$/, render: () => <PlanScreen /> }];

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
