import type { ReactNode } from 'react';
import { useApi } from '../api/use-api.ts';
import { Choice } from './choice.tsx';
import { metricsAddress } from './metric.ts';

/** Which ARR is told by, and no attribute that customers could be cut by. */
const ORIGIN = 'origin';
const ORIGINS = ['landed', 'expanded', 'renewal-uplift'];

/** One of the values of a dimension, which metrics tell. */
export const ValueChoice = ({
  dimension,
  chosen,
  onChoose,
}: {
  readonly dimension: string;
  readonly chosen: string | undefined;
  readonly onChoose: (name: string | undefined) => void;
}): ReactNode => {
  const told = useApi(dimension === ORIGIN ? undefined : metricsAddress(['arr'], { dimension }));
  const values = dimension === ORIGIN ? ORIGINS : (told.data?.values ?? []).filter((name) => name !== '');
  return <Choice label={`Value of ${dimension}`} none="Choose a value" chosen={chosen} options={values} onChoose={onChoose} />;
};
