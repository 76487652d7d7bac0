import { execFileSync } from 'node:child_process';
import { beforeAll, expect, it } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { defineCompany } from '../../../functions/platform/config.ts';
import { formatDecimal } from '../../../functions/platform/decimal.ts';
import { journalPosted } from '../../../functions/revops/events.ts';
import { postJournal, reverseJournal } from '../../../functions/revops/ledger/post.ts';
import { type ProjectedJournal, projectJournals } from '../../../functions/revops/ledger/project.ts';
import { exportJournals } from '../../../functions/revops/ledger/read-export.ts';
import { readTrialBalance } from '../../../functions/revops/ledger/read-trial-balance.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { itemsFrom } from '../../support/items.ts';
import { draftOf, type Entry } from './books.ts';

/**
 * A program of others reads what we export, and comes to what we tell: Debian's hledger, which refuses a file with a transaction that does not
 * balance.
 */
useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(
  defineCompany({
    ...company,
    legalEntities: [...company.legalEntities, { legalEntity: 'acme-gmbh', name: 'Acme GmbH', functionalCurrency: 'EUR' }],
  }),
);
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([1_793_872_800_000n, 0n]) });

/** Where it is not the one on the path. */
const HLEDGER = process.env['HLEDGER'] ?? 'hledger';

const ENTITIES = ['acme-inc', 'acme-gmbh'] as const;
const MONTHS = ['2026-09-01', '2026-10-01', '2026-11-01'] as const;
const PLACES: Readonly<Record<string, number>> = { USD: 2, EUR: 2, JPY: 0, KWD: 3 };

/** A linear congruential generator (Numerical Recipes), without its low bits, which repeat soon: the same books in each run. */
const numbers = function* (): Generator<number> {
  for (let seed = 20_261_105; ; ) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    yield seed >>> 10;
  }
};

beforeAll(async () => {
  const random = numbers();
  const next = (below: number): number => (random.next().value as number) % below;
  for (let i = 0; i < 150; i += 1) {
    const legalEntity = ENTITIES[next(2)]!;
    const currency = Object.keys(PLACES)[next(4)]!;
    const isFunctional = currency === (legalEntity === 'acme-inc' ? 'USD' : 'EUR');
    const entry: Entry = {
      legalEntity,
      on: `2026-${String(9 + next(3)).padStart(2, '0')}-${String(1 + next(28)).padStart(2, '0')}`,
      debit: ['1000', '1100', '1300', '6100'][next(4)]!,
      credit: ['2100', '2150', '4000', '4900'][next(4)]!,
      minor: BigInt(1 + next(4_000_000)),
      currency,
      rate: isFunctional ? 1n : BigInt(1 + next(5)),
    };
    const description = `entry ${i}; with | what , hledger   reads otherwise = 1 @ 2`;
    const posted = await postJournal({ ...draftOf(`${i}`, entry), description }, { by: 'ann', mayPostSoftClosed: false });
    if (!posted.ok) throw new Error(posted.problem.detail);
    if (next(5) > 0) continue;
    const reversal = { accountingOn: '2026-11-02', description: 'taken back' };
    await reverseJournal(posted.value.journal.journalId, reversal, { by: 'bob', mayPostSoftClosed: false });
  }
  const records = (await itemsFrom('GL#')).map((item, i): ProjectedJournal => {
    const event = item['event'] as { readonly recordedAt: string; readonly data: string };
    return { sequence: BigInt(i + 1), event: { recordedAt: event.recordedAt, data: journalPosted.schema.parse(JSON.parse(event.data)) } };
  });
  expect(records.length).toBeGreaterThan(160);
  await projectJournals('shard-1', records);
}, 120_000);

const hledger = (file: string, ...command: readonly string[]): string =>
  execFileSync(HLEDGER, ['-f', '-', ...command], { input: file, encoding: 'utf8', stdio: 'pipe' });

/** `<account> <currency> <amount>` of each account with a balance, as hledger reckons it. */
const reckoned = (file: string): readonly string[] =>
  hledger(
    file,
    'balance',
    '--flat',
    '--no-total',
    '--output-format',
    'csv',
    '--layout',
    'bare',
    '--cumulative',
    '--historical',
    '--end',
    '2026-12-01',
  )
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.replaceAll('"', '').split(','))
    .flatMap(([account = '', currency = '', amount = '']) =>
      Number(amount) === 0 ? [] : [`${/\d+/.exec(account)?.[0]} ${currency} ${amount}`],
    )
    .sort();

const exported = async (legalEntity: string, amounts: 'transaction' | 'functional'): Promise<string> => {
  const files = await Promise.all(MONTHS.map((period) => exportJournals({ legalEntity, period, amounts })));
  return files.map((file) => (file.ok ? file.value : '')).join('\n');
};

const trialBalance = async (legalEntity: string) => {
  const answer = await readTrialBalance({ legalEntity, on: '2026-11-30' });
  if (!answer.ok) throw new Error(answer.problem.detail);
  return answer.value.rows;
};

it.each(ENTITIES)(
  'hledger reads the journals of %s, finds them balanced, and comes to our trial balance in each currency',
  async (legalEntity) => {
    const file = await exported(legalEntity, 'transaction');
    hledger(file, 'check', 'balancednoautoconversion');
    const told = (await trialBalance(legalEntity)).filter(({ amountMinor }) => amountMinor !== 0n);
    expect(told.length).toBeGreaterThan(20);
    expect(reckoned(file)).toEqual(
      told
        .map(
          ({ account, currency, amountMinor }) => `${account} ${currency} ${formatDecimal({ n: amountMinor, scale: PLACES[currency]! })}`,
        )
        .sort(),
    );
  },
);

it.each(ENTITIES)('hledger comes to our trial balance of %s in the functional currency', async (legalEntity) => {
  const file = await exported(legalEntity, 'functional');
  hledger(file, 'check', 'balancednoautoconversion');
  const sums = new Map<string, bigint>();
  for (const { account, functionalMinor } of await trialBalance(legalEntity))
    sums.set(account, (sums.get(account) ?? 0n) + functionalMinor);
  const functional = legalEntity === 'acme-inc' ? 'USD' : 'EUR';
  const told = [...sums].filter(([, minor]) => minor !== 0n);
  expect(reckoned(file)).toEqual(
    told.map(([account, minor]) => `${account} ${functional} ${formatDecimal({ n: minor, scale: 2 })}`).sort(),
  );
});

it('hledger refuses the same file with one amount changed', async () => {
  const file = await exported('acme-inc', 'transaction');
  const spoilt = file.replace(/(\d)( USD)/, (_, digit: string, rest: string) => `${(Number(digit) + 1) % 10}${rest}`);
  expect(spoilt).not.toBe(file);
  expect(() => hledger(spoilt, 'check', 'balancednoautoconversion')).toThrow(/balance/i);
});
