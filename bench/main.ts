import { cpus } from 'node:os';
import { measureCore, replayOf, seededBase } from './arr-core.ts';
import { type CostRun, measureCost } from './cost-run.ts';
import { demoFacts } from './demo-facts.ts';
import { measureFigures } from './figures.ts';
import { measureLedger } from './ledger.ts';
import { prices } from './prices.ts';
import { type Figure, figuresText, missesFloor, progress, tableText } from './report.ts';
import { type FunctionStart, measureStarts } from './start-times.ts';
import { measureThroughput, type Step } from './throughput.ts';

const HELP = `npm run bench -- arr [--quick] [--only core,ledger,figures,starts,throughput,cost]

Prints the speed of the core, what a ledger of a million movements takes, what answers over it take, the size and start of each function, what the local stack sustains, and what a million webhooks cost.
--quick takes fewer rounds, one step of 150 webhooks a second, and the story of one customer in ten. Ends with 1 where a floor is missed.`;

const PARTS = ['core', 'ledger', 'figures', 'starts', 'throughput', 'cost'] as const;
type Part = (typeof PARTS)[number];

/** The floor of webhooks a second; p99 is read at the highest rate from it on that was sustained. */
const FLOOR_RATE = 150;
const INGEST = 'integrations/stripe/ingest';

const ms = (value: number): string => (Number.isNaN(value) ? 'n/a' : `${value.toFixed(0)} ms`);

const demoReplay = () => {
  const { facts, context } = demoFacts();
  return { replay: replayOf(facts), context };
};

const coreFigures = (quick: boolean): readonly Figure[] => {
  console.error('core: mapping the demo’s history');
  const { replay, context } = demoReplay();
  const demo = measureCore(replay, context, quick ? 7 : 75);
  console.log(
    `core: ${replay.facts.toLocaleString('en')} facts of the demo's history, ${demo.movements.toLocaleString('en')} movements, ${demo.seconds.toFixed(3)} s of CPU time; the median of whole rounds, with all that the machine did meanwhile: ${demo.wholeRoundsPerSecond.toLocaleString('en')} facts/s`,
  );
  const limitedBy = 'deciding facts in order, about three quarters; customers anew for late facts, about one';
  const base = measureCore(seededBase(), undefined, quick ? 3 : 25);
  console.log(
    `core: beside it, a seeded base with more tiers, discounts and currencies: ${base.factsPerSecond.toLocaleString('en')} facts/s`,
  );
  const measured = demo.factsPerSecond;
  return [{ what: 'core updates per second and core', measured, unit: '/s', floor: 300_000, goal: 1_000_000, better: 'more', limitedBy }];
};

const ledgerFigures = (quick: boolean): readonly Figure[] => {
  const size = quick ? { customers: 6_000, movements: 100_000 } : { customers: 60_000, movements: 1_000_000 };
  console.error(`ledger: building ${size.movements.toLocaleString('en')} movements of ${size.customers.toLocaleString('en')} customers`);
  const run = measureLedger(size);
  const mb = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
  console.log(
    `ledger: ${run.rows.toLocaleString('en')} rows, ${mb(run.columnBytes)} in columns, ${mb(run.bytes)} deflated in ${run.segments} segments; built ${run.builtPerSecond.toLocaleString('en')} movements/s, encoded in ${ms(1_000 * run.encodeSeconds)}, a few more joined in ${ms(1_000 * run.joinSeconds)}; memory of the process ${mb(process.memoryUsage.rss())}`,
  );
  return [
    {
      what: 'a combination from the ledger, just started',
      measured: 1_000 * (run.decodeSeconds + run.foldSeconds),
      unit: 'ms',
      floor: 2_000,
      better: 'less',
      limitedBy: 'inflating and decoding; sorting names',
    },
    {
      what: 'a combination from the ledger in memory',
      measured: 1_000 * run.foldSeconds,
      unit: 'ms',
      floor: 200,
      better: 'less',
      limitedBy: 'one pass over the rows',
    },
  ];
};

/** Memory of the functions that read a ledger, as `lib/arr.ts` gives it. */
const API_MEGABYTES = 1_769;
const TASK_MEGABYTES = 1_024;

const figuresFigures = async (quick: boolean): Promise<readonly Figure[]> => {
  console.error('figures: starting the local stack');
  const size = quick ? { customers: 6_000, movements: 100_000 } : { customers: 60_000, movements: 1_000_000 };
  const rebuilt = quick ? { customers: 200, movements: 4_000 } : { customers: 1_000, movements: 20_000 };
  const run = await measureFigures(size, rebuilt, (what) => console.error(`figures: ${what}`));
  const mb = (bytes: number): string => `${(bytes / 1_000_000).toFixed(0)} MB`;
  const rows = run.slowest.map(({ asked, coldMs, warmMs }) => [asked, ms(coldMs), ms(warmMs)]);
  console.log(`\n${tableText(['not kept', 'function just started', 'ledger in memory'], rows)}`);
  console.log(
    `figures: ${run.rows.toLocaleString('en')} rows; kept: p50 ${ms(run.kept.p50)}, p99 ${ms(run.kept.p99)} of ${run.kept.samples}; not kept: p50 ${ms(run.others.p50)} in memory, ${ms(run.cold.p50)} just started; keeping figures takes ${(run.keep.ms / 1_000).toFixed(1)} s and ${mb(run.keep.bytes)}; ${run.rebuild.movements.toLocaleString('en')} recordings are taken in at ${run.rebuild.takenInPerSecond.toLocaleString('en')}/s, and made anew at ${run.rebuild.rebuiltPerSecond.toLocaleString('en')}/s with ${run.rebuild.isSame ? 'the same bytes' : 'OTHER BYTES'}`,
  );
  const less = { better: 'less' } as const;
  return [
    {
      what: 'kept answers over the ledger by HTTP, p99',
      ...{ measured: run.kept.p99, unit: 'ms', floor: 200, ...less, limitedBy: 'telling figures; JSON' },
    },
    {
      what: 'any other answer, ledger in memory, slowest',
      ...{ measured: run.others.max, unit: 'ms', floor: 2_000, ...less, limitedBy: 'passes over the rows' },
    },
    {
      what: 'any other answer, function just started, slowest',
      ...{ measured: run.cold.max, unit: 'ms', floor: 2_000, ...less, limitedBy: 'reading, inflating and decoding; passes over the rows' },
    },
    {
      what: 'memory of the API while it answers',
      ...{ measured: run.apiBytes / 1_048_576, unit: 'MB', floor: API_MEGABYTES, ...less, limitedBy: 'columns at closing rates' },
    },
    {
      what: 'memory of the task that keeps figures',
      ...{ measured: run.keep.bytes / 1_048_576, unit: 'MB', floor: TASK_MEGABYTES, ...less, limitedBy: 'columns; names' },
    },
    {
      what: 'ledger made anew from recordings, same bytes',
      measured: run.rebuild.isSame ? run.rebuild.rebuiltPerSecond : Number.NaN,
      unit: '/s',
      floor: 1_000,
      better: 'more',
      limitedBy: 'the engine’s answers to queries',
    },
  ];
};

const startFigures = (quick: boolean): readonly Figure[] => {
  console.error('starts: each function in processes of its own');
  const starts = measureStarts(quick ? 3 : 25);
  const rows = starts.map(({ entry, bytes, cpuMs, wallMs }) => [entry, `${(bytes / 1000).toFixed(1)} KB`, ms(cpuMs), ms(wallMs)]);
  console.log(`\n${tableText(['function', 'bundle', 'start CPU', 'start wall'], rows)}`);
  // The lower of both: waiting for a busy machine is in the one, V8's helper threads are in the other.
  const startMs = ({ cpuMs, wallMs }: FunctionStart): number => Math.min(cpuMs, wallMs);
  const most = (of: readonly FunctionStart[], value: (start: FunctionStart) => number): number => Math.max(...of.map(value));
  const figure = (who: string, of: readonly FunctionStart[], kb: number, floorMs: number, limitedBy: string): readonly Figure[] => [
    { what: `${who}: bundle`, measured: most(of, ({ bytes }) => bytes) / 1000, unit: 'KB', floor: kb, better: 'less', limitedBy },
    { what: `${who}: start to loaded`, measured: most(of, startMs), unit: 'ms', floor: floorMs, better: 'less', limitedBy },
  ];
  const ingest = starts.filter(({ entry }) => entry === INGEST);
  const others = starts.filter(({ entry }) => entry !== INGEST);
  return [
    ...figure('ingest', ingest, 100, 100, 'Middy, logger, metrics'),
    ...figure('largest other function', others, 900, 250, 'ElectroDB, zod, the logger and its metrics'),
  ];
};

const stepRow = (step: Step): readonly string[] => [
  `${step.perSecond}/s`,
  `${step.accepted} of ${step.sent}`,
  `${step.acceptedPerSecond.toFixed(0)}/s`,
  `${ms(step.ack.p50)} / ${ms(step.ack.p99)}`,
  `${ms(step.customer.p50)} / ${ms(step.customer.p99)}`,
  `${ms(step.status.p50)} / ${ms(step.status.p99)}`,
  `${step.backlog.middle.toFixed(0)} → ${step.backlog.end.toFixed(0)}`,
  `${step.drainSeconds.toFixed(1)} s`,
  step.sustained ? 'yes' : `no${step.lostProbes > 0 ? ` (${step.lostProbes} probes unseen)` : ''}`,
];

const throughputFigures = async (quick: boolean): Promise<readonly Figure[]> => {
  console.error('throughput: starting the local stack and loading the opening book');
  const plan = quick
    ? { rates: [FLOOR_RATE], secondsPerStep: 10, oneIn: 10 }
    : { rates: [100, FLOOR_RATE, 200, 300], secondsPerStep: 20, oneIn: 1 };
  const steps = await measureThroughput(plan, ({ perSecond, sustained }) =>
    console.error(`throughput: ${perSecond}/s ${sustained ? 'sustained' : 'not sustained'}`),
  );
  const columns = ['rate', 'accepted', 'reached', 'to 2xx p50/p99', 'to customer', 'to status', 'backlog', 'drained in', 'sustained'];
  console.log(`\n${tableText(columns, steps.map(stepRow))}`);
  const sustained = steps.filter((step) => step.sustained);
  const best = sustained.at(-1);
  const p99 = (steps.find(({ perSecond, sustained: is }) => is && perSecond >= FLOOR_RATE) ?? steps.at(-1))?.status;
  const limitedBy = `${cpus().length} cores shared by the stack, its functions, the emulator of DynamoDB and the sender`;
  return [
    {
      what: 'accepted webhooks per second, sustained',
      measured: best?.perSecond ?? Number.NaN,
      unit: '/s',
      floor: FLOOR_RATE,
      goal: 300,
      better: 'more',
      limitedBy,
    },
    {
      what: `acceptance to visible ARR, p99 of ${p99?.samples ?? 0} probes`,
      measured: p99?.p99 ?? Number.NaN,
      unit: 'ms',
      floor: 1_000,
      better: 'less',
      limitedBy: 'four hops in turn: bus and queue, commit, stream, totals',
    },
  ];
};

const costText = ({ webhooks, seconds, usage, writes, cost }: CostRun): string => {
  const lines = tableText(
    ['service', 'what', 'per webhook', '$ per million'],
    cost.lines.map(({ service, what, unitsPerWebhook, dollars }) => [service, what, unitsPerWebhook.toFixed(3), dollars.toFixed(3)]),
  );
  const items = tableText(
    ['items written', 'per webhook', 'in transactions', 'mean bytes', 'write units per webhook', 'of the index'],
    writes.map(({ kind, writes: count, transactional, meanBytes, units, indexUnits }) => [
      kind,
      (count / webhooks).toFixed(3),
      `${((100 * transactional) / count).toFixed(0)}%`,
      meanBytes.toFixed(0),
      (units / webhooks).toFixed(3),
      (indexUnits / webhooks).toFixed(3),
    ]),
  );
  const functions = tableText(
    ['function', 'memory', 'webhooks an invocation', 'billed ms'],
    usage.functions.map(({ name, memoryMb, invocations, billedMs }) => [
      name,
      `${memoryMb} MB`,
      (webhooks / invocations).toFixed(1),
      (billedMs / invocations).toFixed(0),
    ]),
  );
  const rate = (webhooks / seconds).toFixed(0);
  const title = `cost: ${webhooks.toLocaleString('en')} webhooks of the demo at ${rate} a second (fuller batches at higher rates are cheaper, single events dearer); list prices of ${prices.asOf}`;
  return `\n${title}\n${lines}\nstorage of a million: $${cost.storageDollarsPerMonth.toFixed(2)} a month\n\n${items}\n\n${functions}`;
};

const costFigures = async (quick: boolean): Promise<readonly Figure[]> => {
  console.error('cost: loading the demo’s story on a fresh local stack');
  const show = progress('cost');
  const run = await measureCost(quick ? 10 : 1, ({ delivered, total }) => show(delivered, total));
  console.log(costText(run));
  const [dearest] = [...run.cost.lines].sort((a, b) => b.dollars - a.dollars);
  return [
    {
      what: 'AWS cost of a million accepted webhooks',
      measured: run.cost.dollarsPerMillion,
      unit: '$',
      floor: 10,
      goal: 5,
      better: 'less',
      limitedBy: `${dearest?.service} ${dearest?.what}: $${dearest?.dollars.toFixed(2)}`,
    },
  ];
};

const run = async (args: readonly string[]): Promise<number> => {
  const only = args.includes('--only') ? (args[args.indexOf('--only') + 1] ?? '').split(',') : [...PARTS];
  const unknown = only.filter((name) => !PARTS.includes(name as Part));
  if (args[0] !== 'arr' || unknown.length > 0) {
    console.error(HELP);
    return 2;
  }
  const quick = args.includes('--quick');
  const measures: Readonly<Record<Part, () => readonly Figure[] | Promise<readonly Figure[]>>> = {
    core: () => coreFigures(quick),
    ledger: () => ledgerFigures(quick),
    figures: () => figuresFigures(quick),
    starts: () => startFigures(quick),
    throughput: () => throughputFigures(quick),
    cost: () => costFigures(quick),
  };
  const figures: Figure[] = [];
  for (const part of PARTS) if (only.includes(part)) figures.push(...(await measures[part]()));
  console.log(`\n${figuresText(figures)}`);
  return figures.some(missesFloor) ? 1 : 0;
};

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
