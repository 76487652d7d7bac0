import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { defineCompany } from '../../../functions/platform/config.ts';
import { changePeriod } from '../../../functions/revops/ledger/change-period.ts';
import { isBalanced, type Journal } from '../../../functions/revops/ledger/journal.ts';
import { PERIOD_ACTIONS } from '../../../functions/revops/ledger/periods.ts';
import { postJournal, reverseJournal } from '../../../functions/revops/ledger/post.ts';
import { type ProjectedJournal, projectJournals } from '../../../functions/revops/ledger/project.ts';
import { readTrialBalance } from '../../../functions/revops/ledger/read-trial-balance.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { draftOf, type Entry, naively } from './books.ts';

const table = useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(
  defineCompany({
    ...company,
    legalEntities: [...company.legalEntities, { legalEntity: 'acme-gmbh', name: 'Acme GmbH', functionalCurrency: 'EUR' }],
  }),
);

/** The platform's clock stands at 2026-11-05T10:00:00Z. */
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([1_793_872_800_000n, 0n]) });

const ENTITIES = ['acme-inc', 'acme-gmbh'] as const;
const FUNCTIONAL = { 'acme-inc': 'USD', 'acme-gmbh': 'EUR' } as const;
const DAYS = ['2026-07-31', '2026-08-01', '2026-08-31', '2026-09-15', '2026-10-31', '2026-11-01', '2026-11-30'] as const;
const MONTH_ENDS = ['2026-07-31', '2026-08-31', '2026-09-30', '2026-10-31'] as const;

const entity = fc.constantFrom(...ENTITIES);
const entry = fc
  .record({
    legalEntity: entity,
    on: fc.constantFrom(...DAYS),
    debit: fc.constantFrom('1000', '1100', '2100'),
    credit: fc.constantFrom('1100', '2100', '4000'),
    minor: fc.bigInt({ min: -1_000_000n, max: 1_000_000n }).filter((minor) => minor !== 0n),
    currency: fc.constantFrom('USD', 'EUR', 'JPY', 'KWD'),
    rate: fc.bigInt({ min: 1n, max: 9n }),
  })
  .map((one): Entry => ({ ...one, rate: one.currency === FUNCTIONAL[one.legalEntity] ? 1n : one.rate }));

const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('post'), key: fc.nat({ max: 11 }), entry, isLate: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat'), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reverse'), which: fc.nat(), on: fc.constantFrom(...DAYS) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('period'),
      legalEntity: entity,
      action: fc.constantFrom(...PERIOD_ACTIONS),
      on: fc.constantFrom(...MONTH_ENDS),
      by: fc.constantFrom('ann', 'bob'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('project'), shards: fc.integer({ min: 1, max: 3 }), again: fc.boolean() }) },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

const POSTER = { by: 'ann', mayPostSoftClosed: false };
const TAG = { kind: 'late-data', reason: 'found later' } as const;

/** The books as a list of journals, and what they came to when months were closed. */
class Model {
  readonly journals: Journal[] = [];
  readonly #drafts = new Map<string, ReturnType<typeof draftOf>>();
  readonly #reversed = new Map<string, string>();
  /** By legal entity and last day of a closed month. */
  readonly #closed = new Map<string, readonly string[]>();
  #projected = 0;

  async run(one: Command): Promise<void> {
    if (one.kind === 'post' && 'entry' in one) return this.#post(one);
    if (one.kind === 'repeat' && 'which' in one) return this.#repeat(one.which);
    if (one.kind === 'reverse' && 'on' in one && 'which' in one) return this.#reverse(one.which, one.on);
    if (one.kind === 'period' && 'action' in one) return this.#change(one);
    if ('shards' in one) await this.project(one.shards, one.again);
  }

  async #post({ key, entry: wanted, isLate }: { key: number; entry: Entry; isLate: boolean }): Promise<void> {
    const draft = { ...draftOf(String(key), wanted), ...(isLate ? { tag: TAG } : {}) };
    const id = `${draft.legalEntity} ${key}`;
    const known = this.#drafts.get(id);
    const posted = await postJournal(draft, POSTER);
    if (known !== undefined) {
      const isSame = JSON.stringify(known, text) === JSON.stringify(draft, text);
      expect(posted).toMatchObject(isSame ? { ok: true, value: { status: 'exists' } } : { ok: false, problem: { code: 'key-reused' } });
      return;
    }
    const isClosed = [...this.#closed.keys()].some(
      (place) => place >= `${draft.legalEntity} ${wanted.on}` && place.startsWith(`${draft.legalEntity} `),
    );
    if (isClosed && !isLate) return expect(posted).toMatchObject({ ok: false, problem: { code: 'period-closed' } });
    expect(posted).toMatchObject({ ok: true, value: { status: 'posted' } });
    if (!posted.ok) return;
    expect(posted.value.journal.moved !== undefined).toBe(isClosed);
    this.#drafts.set(id, draft);
    this.journals.push(posted.value.journal);
  }

  async #repeat(which: number): Promise<void> {
    const drafts = [...this.#drafts.values()];
    const draft = drafts[which % drafts.length];
    if (draft !== undefined)
      expect(await postJournal(draft, { ...POSTER, by: 'bob' })).toMatchObject({ ok: true, value: { status: 'exists' } });
  }

  async #reverse(which: number, accountingOn: string): Promise<void> {
    const journal = this.journals[which % this.journals.length];
    if (journal === undefined) return;
    const before = this.#reversed.get(journal.journalId);
    const reversed = await reverseJournal(journal.journalId, { accountingOn, description: 'r', tag: TAG }, POSTER);
    if (before === undefined) {
      expect(reversed).toMatchObject({ ok: true, value: { status: 'posted', journal: { reverses: journal.journalId } } });
      if (reversed.ok) this.journals.push(reversed.value.journal);
      this.#reversed.set(journal.journalId, accountingOn);
    } else
      expect(reversed).toMatchObject(
        before === accountingOn ? { ok: true, value: { status: 'exists' } } : { ok: false, problem: { code: 'already-reversed' } },
      );
  }

  async #change({
    legalEntity,
    action,
    on,
    by,
  }: {
    legalEntity: string;
    action: (typeof PERIOD_ACTIONS)[number];
    on: string;
    by: string;
  }): Promise<void> {
    const changed = await changePeriod({ legalEntity, on, action, by, reason: 'r' });
    if (!changed.ok) return expect(['period-out-of-order', 'second-person-needed']).toContain(changed.problem.code);
    for (const end of MONTH_ENDS) {
      const place = `${legalEntity} ${end}`;
      if (action === 'reopen' && end >= on) this.#closed.delete(place);
      if (action !== 'reopen' && end <= on && !this.#closed.has(place)) this.#closed.set(place, naively(this.journals, legalEntity, end));
    }
  }

  /** Hands the stream's new records over, in as many shards, and those of before again. */
  async project(shards: number, again: boolean): Promise<void> {
    const records = this.journals.map((journal, i): ProjectedJournal & { readonly shard: number } => {
      const { recordedAt, lines, ...data } = journal;
      const texts = lines.map((line) => ({
        ...line,
        amountMinor: String(line.amountMinor),
        functionalMinor: String(line.functionalMinor),
      }));
      // A journal is of one shard for ever.
      return { shard: i % 3, sequence: BigInt(i + 1), event: { recordedAt, data: { ...data, lines: texts } } };
    });
    const from = again ? 0 : this.#projected;
    for (let shard = 0; shard < 3; shard += 1) {
      const own = records.slice(from).filter((record) => record.shard === shard);
      const size = Math.max(1, Math.ceil(own.length / shards));
      for (let i = 0; i < own.length; i += size) await projectJournals(`shard-${shard}`, own.slice(i, i + size));
    }
    this.#projected = records.length;
  }

  /** Every trial balance equals the sum of all journals; what was closed stands as it was. */
  async holds(): Promise<void> {
    await this.project(1, true);
    expect(this.journals.every(({ lines }) => isBalanced(lines))).toBe(true);
    for (const legalEntity of ENTITIES) {
      for (const on of [...DAYS, ...MONTH_ENDS, '2030-01-01']) {
        const told = await trialBalance(legalEntity, on);
        expect(told).toEqual(naively(this.journals, legalEntity, on));
        const closed = this.#closed.get(`${legalEntity} ${on}`);
        if (closed !== undefined) expect(told).toEqual(closed);
      }
    }
  }
}

const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

const trialBalance = async (legalEntity: string, on: string): Promise<readonly string[]> => {
  const answer = await readTrialBalance({ legalEntity, on });
  if (!answer.ok) throw new Error(answer.problem.detail);
  const { rows, debitsMinor, creditsMinor, counted } = answer.value;
  expect([debitsMinor, counted.journals >= 0]).toEqual([creditsMinor, true]);
  return rows.map((row) => `${row.account} ${row.currency} ${row.amountMinor} ${row.functionalMinor}`).sort();
};

it('after any history a trial balance is what all journals come to, and a closed month stands as it was closed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 8, maxLength: 40 }), async (commands) => {
      await table.another();
      const model = new Model();
      for (const one of commands) await model.run(one);
      await model.holds();
    }),
    { numRuns: 15 },
  );
}, 120_000);
