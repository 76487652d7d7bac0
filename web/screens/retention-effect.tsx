import type { ReactNode } from 'react';
import type { Answer } from '../api/client.ts';
import { sharePoints } from '../format/money.ts';
import { ABSENT, Derived } from '../parts/figure.tsx';

export type Change = Answer<'/api/v1/arr/retention-change'>;

/** Percentage points that something adds to the change. */
export const Effect = ({
  label,
  effect,
  formula,
  size = 'medium',
}: {
  readonly label: string;
  readonly effect: Change['change'];
  readonly formula: string;
  readonly size?: 'large' | 'medium';
}): ReactNode =>
  effect === undefined ? (
    ABSENT
  ) : (
    <Derived label={label} size={size} text={sharePoints(effect.value)} exact={effect.numerator} formula={formula} />
  );
