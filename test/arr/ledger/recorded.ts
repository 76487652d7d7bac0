import { expect } from 'vitest';
import type { Movement } from '../../../functions/arr/events.ts';
import { emptyBook } from '../../../functions/arr/movements/decide.ts';
import { customerWrite, recordingWrites } from '../../../functions/arr/records/store.ts';
import { commit } from '../../../functions/platform/table.ts';
import { testContext } from '../facts.ts';

/** The platform's clock: a frozen instant in epoch milliseconds. */
const clock = new BigInt64Array([0n, 0n]);
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: clock });
export const clockAt = (instant: string): void => {
  clock[0] = BigInt(Date.parse(instant));
};

/** Records a movement at its own time, as a recording of its customer's. */
export const recordMovement = async (movement: Movement): Promise<void> => {
  const { customerId, recordedAt, movementId } = movement;
  const version = Number(movementId.split('~').at(-2));
  const book = { book: emptyBook(testContext), facts: [], movements: [movement], planCurrency: 'USD', profile: 'enterprise' };
  const writes = recordingWrites({ customerId, recordedAt, version }, { name: '', place: {}, ...book });
  await commit([customerWrite(customerId)]);
  expect((await commit(writes)).ok).toBe(true);
};
