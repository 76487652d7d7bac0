import DatePicker from '@cloudscape-design/components/date-picker';
import FormField from '@cloudscape-design/components/form-field';
import type { ReactNode } from 'react';
import { LOCALE } from '../format/money.ts';

/** A day, or none of them. */
export const DayChoice = ({
  label,
  chosen,
  onChoose,
}: {
  readonly label: string;
  readonly chosen: string | undefined;
  readonly onChoose: (day: string) => void;
}): ReactNode => (
  <FormField label={label}>
    <DatePicker
      value={chosen ?? ''}
      locale={LOCALE}
      openCalendarAriaLabel={() => `Choose a day: ${label}`}
      todayAriaLabel="Today"
      previousMonthAriaLabel="Month before"
      nextMonthAriaLabel="Next month"
      onChange={({ detail }) => onChoose(detail.value)}
    />
  </FormField>
);
