import Box from '@cloudscape-design/components/box';
import Spinner from '@cloudscape-design/components/spinner';
import { type ComponentProps, lazy, type ReactNode, Suspense } from 'react';

/** Charts are half of all code: they come after what can be read without them. */
const MovementChart = lazy(() => import('./movement-chart.tsx'));
const ShareChart = lazy(() => import('./share-chart.tsx'));
const TrendChart = lazy(() => import('./trend-chart.tsx'));

const Waiting = (): ReactNode => (
  <Box textAlign="center" padding="xxl">
    <Spinner size="large" />
  </Box>
);

export const LazyMovementChart = (props: ComponentProps<typeof MovementChart>): ReactNode => (
  <Suspense fallback={<Waiting />}>
    <MovementChart {...props} />
  </Suspense>
);

export const LazyTrendChart = (props: ComponentProps<typeof TrendChart>): ReactNode => (
  <Suspense fallback={<Waiting />}>
    <TrendChart {...props} />
  </Suspense>
);

export const LazyShareChart = (props: ComponentProps<typeof ShareChart>): ReactNode => (
  <Suspense fallback={<Waiting />}>
    <ShareChart {...props} />
  </Suspense>
);
