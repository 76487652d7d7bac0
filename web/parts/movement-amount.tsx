import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { money } from '../format/money.ts';
import { causeName } from './causes.ts';
import { Explained } from './figure.tsx';

type Movement = Answer<'/api/v1/arr/movements'>['items'][number];

/** The change by currency, in each one's own minor units: a movement tells its lines, and no sum of several currencies. */
export const deltasOf = ({ lines }: Pick<Movement, 'lines'>): readonly { readonly currency: string; readonly deltaMinor: string }[] => {
  const sums = new Map<string, bigint>();
  for (const { currency, deltaMinor } of lines) sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(deltaMinor));
  return [...sums].sort().map(([currency, sum]) => ({ currency, deltaMinor: String(sum) }));
};

/** What a movement changed, leading to the events behind it; `profile` where it is not that in force which decided it. */
export const MovementAmount = ({
  movement,
  profile,
}: {
  readonly movement: Movement;
  readonly profile?: string | undefined;
}): ReactNode => {
  const changed = deltasOf(movement).map(({ currency, deltaMinor }) => money(deltaMinor, currency, { isChange: true }));
  // A renewal moves nothing: what was renewed is told beside it.
  const renewed = (movement.renewed ?? []).map(({ currency, amountMinor }) => `renewed ${money(amountMinor, currency)}`);
  const text = (changed.length === 0 && renewed.length > 0 ? renewed : changed).join(', ');
  return (
    <Explained
      label={`${causeName(movement.cause)} of ${movement.customerId}: ${text}`}
      explain={addressOf('/api/v1/arr/explain', { query: { movementId: movement.movementId, profile } })}
    >
      {text === '' ? '0' : text}
    </Explained>
  );
};
