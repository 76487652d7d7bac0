import { beforeEach, expect, it } from 'vitest';
import { type NewSegment, replaceSegments } from '../../../functions/arr/ledger/replace.ts';
import type { SegmentPlace } from '../../../functions/arr/ledger/store.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { itemsFrom } from '../../support/items.ts';
import { clockAt } from './recorded.ts';

const table = useDynamoDB();
beforeEach(async () => {
  await table.another();
  clockAt('2026-08-14T10:00:00Z');
});

const segment = (text: string): NewSegment => ({ period: '2026-08', bytes: Buffer.from(text) });
/** What each segment says, and whether it is left to expire. */
const stored = async (): Promise<Readonly<Record<string, boolean>>> =>
  Object.fromEntries(
    (await itemsFrom('LEDGER#enterprise#')).map(({ bytes, expiresAt }) => [
      Buffer.from(bytes as Uint8Array).toString('utf8'),
      expiresAt !== undefined,
    ]),
  );

/** A head in memory, put as the table's are: only behind the one that it was made from. */
const heads = () => {
  let head: { readonly version: number; readonly named: readonly SegmentPlace[] } = { version: 0, named: [] };
  const replace = (text: string, meanwhile: () => Promise<unknown> = async () => undefined) => {
    const { version: known, named: before } = head;
    return replaceSegments('enterprise', {
      ...{ of: 'LEDGER', version: known + 1, segments: [...before, segment(text)], before },
      putHead: async (named) => {
        await meanwhile();
        if (head.version !== known) return false;
        head = { version: known + 1, named };
        return true;
      },
      readNamed: async () => head.named,
    });
  };
  return { replace };
};

it('whoever loses leaves alone what another run is about to name, and only its own to expire', async () => {
  const { replace } = heads();
  await replace('first');
  // `slow` begins before `second` is put, and ends while `third`, which is made from it, is under way.
  const slow = replace('slow', async () => {
    expect(await replace('second')).toBe(true);
    expect(await replace('third', () => replace('fourth', () => replace('fifth')))).toBe(false);
  });
  expect(await slow).toBe(false);
  expect(await stored()).toEqual({ first: false, second: false, slow: true, third: true, fourth: true, fifth: false });
});

it('a run that loses while another one is under way does not have it expire', async () => {
  const { replace } = heads();
  await replace('first');
  let lose: (() => void) | undefined;
  const losing = new Promise<void>((resolve) => {
    lose = resolve;
  });
  let begun: (() => void) | undefined;
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const winner = replace('winner', async () => {
    begun?.();
    await losing;
  });
  await hasBegun;
  // It begins from the same head, sees what the winner noted, and loses to a third one that has put nothing of either.
  const loser = replaceSegments('enterprise', {
    ...{ of: 'LEDGER', version: 2, segments: [segment('loser')], before: [], putHead: async () => false, readNamed: async () => [] },
  });
  expect(await loser).toBe(false);
  lose?.();
  expect(await winner).toBe(true);
  expect(await stored()).toEqual({ first: false, winner: false, loser: true });
});
