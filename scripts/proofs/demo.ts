import { progress, tableText } from '../../bench/report.ts';
import { startWholeStack, type WholeStack } from '../../bench/whole-stack.ts';
import type { DemoCompany } from '../../demo/company.ts';
import type { Figures } from '../../demo/figures.ts';
import { TIERS } from '../../demo/targets.ts';
import { deliverLater, loadInto, openDemo, startDemoStripe } from '../../local/demo.ts';
import { customersByTier, footing, milestoneNotices, readAllMovements, readSegments, type Status } from './demo-reading.ts';
import type { Proof } from './proof.ts';

/** The moment to which the test clock is advanced after loading. */
const YEAR_END = '2026-12-31';
const YEAR_END_AT = Date.parse(`${YEAR_END}T23:00:00Z`);
const BILLION_MINOR = 100_000_000_000n;
/** The 90% notice of the story comes in late August. */
const NINETY_FROM = '2026-08-15';
const NINETY_TO = '2026-08-31';

const dollars = (minor: bigint): string => `$${(Number(minor) / 100).toLocaleString('en', { minimumFractionDigits: 2 })}`;
const mark = (equal: boolean): string => (equal ? 'same' : 'DIFFERS');

interface Findings {
  readonly rows: string[][];
  holds: boolean;
}

const note = (findings: Findings, what: string, expected: string, found: string, equal = expected === found): void => {
  findings.rows.push([what, expected, found, mark(equal)]);
  findings.holds &&= equal;
};

/** ARR to the cent, and customers and ARR by tier, of one day. */
const compareDay = async (whole: WholeStack, figures: Figures, counts: ReturnType<typeof customersByTier>, findings: Findings) => {
  const status = await whole.api<Status>(`/api/v1/arr/status?on=${figures.on}`);
  note(findings, `${figures.on} ARR`, dollars(figures.arrMinor), dollars(BigInt(status.arrMinor ?? '-1')));
  const of = counts(figures.on);
  const expected = TIERS.map((tier) => `${figures.byTier[tier].customers}`).join(' / ');
  note(findings, `${figures.on} customers by tier`, expected, TIERS.map((tier) => `${of.get(tier) ?? 0}`).join(' / '));
};

const compareDays = async (whole: WholeStack, days: readonly Figures[], findings: Findings): Promise<void> => {
  const counts = customersByTier(await readAllMovements(whole));
  for (const figures of days) await compareDay(whole, figures, counts, findings);
};

/** Every month of the waterfall foots, in total and by segment, and its closings are the expected ones. */
const compareWaterfalls = async (whole: WholeStack, demo: DemoCompany, to: string, findings: Findings): Promise<void> => {
  const from = '2025-01-01';
  const expected = demo.expected.monthEnds.filter(({ on }) => on > from && on <= to);
  const foot = async (cut: string, closings: readonly bigint[]): Promise<void> => {
    const { months, broken, closingMinor } = await footing(whole, from, to, cut);
    note(findings, `waterfall ${cut === '' ? 'in total' : cut}: months that foot`, `${closings.length}`, `${months - broken}`);
    const equal = closings.filter((closing, i) => closing === closingMinor[i]).length;
    note(findings, `waterfall ${cut === '' ? 'in total' : cut}: closings as expected`, `${closings.length}`, `${equal}`);
  };
  await foot(
    '',
    expected.map(({ arrMinor }) => arrMinor),
  );
  for (const segment of await readSegments(whole, from, to)) {
    const tier = TIERS.find((name) => name === segment);
    if (tier === undefined) note(findings, 'segments', TIERS.join(', '), segment);
    else
      await foot(
        `segment ${segment}`,
        expected.map(({ byTier }) => byTier[tier].arrMinor),
      );
  }
};

const noticed = async (whole: WholeStack, findings: Findings, thresholds: readonly string[]): Promise<void> => {
  const notices = await milestoneNotices(whole);
  for (const threshold of thresholds) {
    const notice = notices.find((one) => one.threshold === threshold);
    const found = notice === undefined ? 'none' : `reached on ${notice.reachedOn}, told at ${notice.noticedAt}`;
    note(findings, `notice of ${Number(threshold) / 100}%`, 'told once', found, notice !== undefined);
  }
  note(findings, 'notices in all', `${thresholds.length}`, `${notices.length}`);
};

export const demo: Proof = {
  name: 'demo',
  proves: 'the demo company, loaded as signed webhooks, shows the expected figures to the cent, and its milestones as the clock moves',
  run: async () => {
    const company = openDemo();
    const whole = await startWholeStack({
      clock: { atMs: company.startsAt * 1000, frozen: true },
      stripe: (now) => startDemoStripe(company, now),
    });
    const findings: Findings = { rows: [], holds: true };
    try {
      const show = progress('demo: loading');
      const startedMs = performance.now();
      const delivered = await loadInto(whole.stack, whole.dataDir, company, whole.stripe, ({ delivered: done, total }) =>
        show(done, total),
      );
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
      console.error(`demo: ${delivered} webhooks loaded in ${seconds} s; comparing`);
      const past = company.expected.monthEnds.filter(({ on }) => on <= company.today);
      await compareDays(whole, [...past, company.expected.today], findings);
      const [nineties] = (await whole.api<Status>('/api/v1/arr/status')).milestone.thresholds ?? [];
      const day = nineties?.reachedOn ?? 'not reached';
      note(findings, '90% reached on', `${NINETY_FROM} to ${NINETY_TO}`, day, day >= NINETY_FROM && day <= NINETY_TO);
      await noticed(whole, findings, ['09000']);

      console.error(`demo: advancing the clock to ${YEAR_END}`);
      deliverLater(whole.stack, whole.dataDir, company, whole.stripe);
      await whole.stack.clock.advance(YEAR_END_AT);
      await whole.stack.idle();
      await compareDays(
        whole,
        company.expected.monthEnds.filter(({ on }) => on > company.today),
        findings,
      );
      await compareWaterfalls(whole, company, YEAR_END, findings);
      const end = BigInt((await whole.api<Status>('/api/v1/arr/status')).arrMinor ?? '0');
      note(findings, 'ARR at the end of the plan year', `at least ${dollars(BILLION_MINOR)}`, dollars(end), end >= BILLION_MINOR);
      await noticed(whole, findings, ['09000', '09500', '09900', '10000']);
      note(findings, 'calls denied', '0', `${whole.stack.denied().length}`);
      const wrong = findings.rows.filter(([, , , verdict]) => verdict !== 'same').length;
      return {
        holds: findings.holds,
        sentence: `${delivered.toLocaleString('en')} webhooks loaded in ${seconds} s; ${findings.rows.length} comparisons, ${wrong} differ.`,
        table: tableText(['what', 'expected', 'found', ''], findings.rows),
      };
    } finally {
      await whole.stop();
    }
  },
};
