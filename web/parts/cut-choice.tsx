import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { Choice } from './choice.tsx';
import { useAddressParameters } from './navigate.ts';
import { ValueChoice } from './value-choice.tsx';

interface Cut {
  readonly dimension?: string;
  readonly value?: string;
}

/** What figures are cut by, once its value is chosen too. Both stand in the address. */
export const useCut = (): Cut => {
  const [parameters] = useAddressParameters();
  const [dimension, value] = [parameters.get('dimension'), parameters.get('value')];
  return dimension === null || value === null ? {} : { dimension, value };
};

/** One of the dimensions, and then one of its values. */
export const CutChoice = ({ dimensions }: { readonly dimensions: readonly string[] }): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const dimension = parameters.get('dimension') ?? undefined;
  return (
    <SpaceBetween size="s" direction="horizontal" alignItems="end">
      <Choice
        label="Cut by"
        none="Everything"
        chosen={dimension}
        options={dimensions}
        onChoose={(name) => change({ dimension: name, value: undefined })}
      />
      {dimension === undefined ? null : (
        <ValueChoice dimension={dimension} chosen={parameters.get('value') ?? undefined} onChoose={(name) => change({ value: name })} />
      )}
    </SpaceBetween>
  );
};
