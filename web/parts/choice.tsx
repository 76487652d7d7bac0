import Select from '@cloudscape-design/components/select';
import type { ReactNode } from 'react';

interface ChoiceProps {
  readonly label: string;
  /** What is shown where nothing is chosen. */
  readonly none: string;
  readonly chosen: string | undefined;
  readonly options: readonly string[];
  readonly onChoose: (name: string | undefined) => void;
}

/** One of some names, or none of them. */
export const Choice = ({ label, none, chosen, options, onChoose }: ChoiceProps): ReactNode => {
  const all = [{ value: '', label: none }, ...options.map((name) => ({ value: name, label: name }))];
  return (
    <Select
      ariaLabel={label}
      inlineLabelText={label}
      filteringType={options.length > 15 ? 'auto' : 'none'}
      filteringAriaLabel={`Find a ${label}`}
      expandToViewport
      selectedOption={all.find((option) => option.value === (chosen ?? '')) ?? null}
      options={all}
      onChange={({ detail }) => onChoose(detail.selectedOption.value === '' ? undefined : detail.selectedOption.value)}
    />
  );
};
