import { expect, test } from 'vitest';
import openapi from '../../docs/reference/openapi.json' with { type: 'json' };
import { refusalOf } from '../../local/cli.ts';
import { type Resource, type Synthesised, synthesise } from '../lib/support/synthesised.ts';
import { type Files, type Findings, filesOf, lineAt, seeded } from './support.ts';

/** The questions that each runbook answers, in this order. */
const HEADINGS = [
  'How you notice',
  'What it means for the figures',
  'Look',
  'Do',
  'It is over when',
  'What it printed on the local stack',
] as const;

const FOLDER = 'docs/runbooks/';
const LIST = `${FOLDER}README.md`;
const PAGES = [`${FOLDER}*.md`];

interface AlarmOfTemplate {
  readonly name: string;
  readonly metric: string;
  readonly threshold: string;
  /** Path that its description names; empty where it names none. */
  readonly runbook: string;
}

/** What a runbook may speak of. */
interface Known {
  readonly alarms: readonly AlarmOfTemplate[];
  /** Names of alarms, queues, functions, buses, stacks, secrets, … as they are deployed. */
  readonly names: ReadonlySet<string>;
  /** Paths of the API, with `{parameter}`. */
  readonly paths: readonly string[];
  readonly scripts: ReadonlySet<string>;
}

const rowsOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.startsWith('|'));
const isIn = (row: string, name: string): boolean => row.includes(`\`${name}\``);

/** A number by itself: 1 is not in 15. */
const hasNumber = (row: string, number: string): boolean => new RegExp(`(?<![\\d.])${number}(?![\\d.])`).test(row);

const alarmFindings = ({ alarms }: Known, pages: Files): Findings =>
  alarms.flatMap(({ name, metric, threshold, runbook }) => {
    const page = pages.get(runbook);
    if (runbook === '') return [`The alarm ${name} names no runbook. Make it by alarmWhen of lib/kit/alarm.ts.`];
    if (page === undefined) return [`The alarm ${name} names ${runbook}, which does not exist. Write the page, or name another one.`];
    const rows = rowsOf(page).filter((row) => isIn(row, name) && isIn(row, metric) && hasNumber(row, threshold));
    const listed = rowsOf(pages.get(LIST) ?? '').filter((row) => isIn(row, name) && row.includes(`(${runbook.slice(FOLDER.length)})`));
    return [
      ...(rows.length > 0
        ? []
        : [`${runbook} has no row of ${name} with \`${metric}\` and ${threshold}. Write it under "How you notice".`]),
      ...(listed.length > 0 ? [] : [`${LIST} does not list ${name} with ${runbook}. Add it to the page's row.`]),
    ];
  });

const pageFindings = (pages: Files): Findings =>
  [...pages].flatMap(([path, text]) => {
    if (path === LIST) return [];
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
    const isWhole = HEADINGS.every((heading, i) => headings[i] === heading) && headings.length === HEADINGS.length;
    return [
      ...(isWhole ? [] : [`${path} does not answer the six questions. Its headings are to be: ${HEADINGS.join(', ')}.`]),
      ...((pages.get(LIST) ?? '').includes(`(${path.slice(FOLDER.length)})`) ? [] : [`${path} is not listed. Give it a row in ${LIST}.`]),
    ];
  });

/** Each match of a pattern that is not known, with its place. */
const unknownIn = (pages: Files, pattern: RegExp, isKnown: (match: string) => boolean, fix: string): Findings =>
  [...pages].flatMap(([path, text]) =>
    [...text.matchAll(pattern)]
      .filter(([whole, part]) => !isKnown(part ?? whole))
      .map((match) => `${path}:${lineAt(text, match.index)} says ${match[1] ?? match[0]}, ${fix}`),
  );

const nameFindings = ({ names, paths, scripts }: Known, pages: Files): Findings => {
  const patterns = paths.map((path) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`));
  return [
    ...unknownIn(
      pages,
      /\b[Aa]scent-[A-Za-z0-9-]+(?<!-)/g,
      (name) => names.has(name),
      'which the templates do not have. Correct the name.',
    ),
    ...unknownIn(
      pages,
      /(?<![.\w/])ascent(?:\/[a-z-]+){2,}/g,
      (name) => names.has(name),
      'a secret that the templates do not have. Correct the name.',
    ),
    ...unknownIn(
      pages,
      /\/api\/v1(?:\/[\w.<>-]+)+/g,
      (path) => patterns.some((pattern) => pattern.test(path)),
      'which the API does not have. Correct the path.',
    ),
    ...unknownIn(
      pages,
      /\bnpm (?:run )?(?:--silent )?(\w+)/g,
      (name) => scripts.has(name),
      'which package.json does not have. Correct it.',
    ),
    ...unknownIn(
      pages,
      /\bnpm run (?:--silent )?local -- ([\w-]+)/g,
      (word) => !refusalOf([word]).includes('is no command'),
      'which npm run local does not know. Correct it, or add it to local/cli.ts.',
    ),
  ];
};

const findings = (known: Known, pages: Files): Findings => [
  ...alarmFindings(known, pages),
  ...pageFindings(pages),
  ...nameFindings(known, pages),
];

interface MetricOfAlarm {
  readonly MetricName?: string;
  readonly Metrics?: readonly { readonly MetricStat?: { readonly Metric: { readonly MetricName: string } } }[];
}

const alarmOf = ({ Properties }: Resource): AlarmOfTemplate => {
  const { MetricName, Metrics = [] } = Properties as MetricOfAlarm;
  return {
    name: String(Properties['AlarmName']),
    metric: MetricName ?? Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric.MetricName ?? [])[0] ?? '',
    threshold: String(Properties['Threshold']),
    runbook: /Runbook: (docs\/runbooks\/[\w-]+\.md)$/.exec(String(Properties['AlarmDescription']))?.[1] ?? '',
  };
};

/** Properties by which resources are named. */
const NAMED_BY = [
  'AlarmName',
  'QueueName',
  'FunctionName',
  'ArchiveName',
  'TableName',
  'TopicName',
  'LogGroupName',
  'Name',
  'DashboardName',
] as const;

const knownOf = (app: Synthesised): Known => {
  const resources = [...app.stacks.values()].flatMap((stack) => [...stack.resources.values()]);
  const named = resources.flatMap(({ Properties = {} }) => NAMED_BY.flatMap((by) => Properties[by] ?? []));
  const names = named.filter((name): name is string => typeof name === 'string').map((name) => name.split('/vendedlogs/').at(-1) ?? name);
  const { scripts = {} } = JSON.parse(filesOf(['package.json']).get('package.json') ?? '{}') as { scripts?: object };
  return {
    alarms: app.all('AWS::CloudWatch::Alarm').map(({ resource }) => alarmOf(resource)),
    names: new Set([...names, ...[...app.stacks.keys()].map((stack) => `Ascent-${stack}`)]),
    paths: Object.keys(openapi.paths),
    scripts: new Set(Object.keys(scripts)),
  };
};

test('every alarm names a runbook that knows it, and every command and name in the runbooks exists', () => {
  const known = knownOf(synthesise());
  const pages = filesOf(PAGES);
  expect(pages.size).toBeGreaterThan(11);
  expect(known.alarms.length).toBeGreaterThan(20);
  expect(findings(known, pages)).toEqual([]);
}, 30_000);

test('finds an alarm without a page, a wrong threshold, a lost name, path and command in a seeded tree', () => {
  const six = HEADINGS.map((heading) => `## ${heading}\n`).join('\n');
  const root = seeded({
    [LIST]: '| `ascent-a-late` | [A](a.md) |\n| `ascent-a-dead` | [B](b.md) |\n',
    [`${FOLDER}a.md`]: `${six}\n| \`ascent-a-late\` | \`Age\` | 300 s |\n| \`ascent-a-dead\` | \`Depth\` | 15 |\n`,
    [`${FOLDER}b.md`]: six.replace('## Do\n', ''),
    [`${FOLDER}c.md`]: [
      six,
      'npm run local -- queues; npm run local -- quues; npm run stop',
      'ascent-a, ascent-b, Ascent-Data, Ascent-Date, ascent/stripe/main/key, ascent/stripe/main/keys',
      '/api/v1/arr/status?on=2026-10-31 /api/v1/arr/customers/<customerId> /api/v1/arr/state',
    ].join('\n'),
  });
  const alarm = { metric: 'Age', threshold: '300', runbook: `${FOLDER}a.md` };
  const known: Known = {
    alarms: [
      { ...alarm, name: 'ascent-a-late' },
      { ...alarm, name: 'ascent-a-dead', metric: 'Depth', threshold: '1' },
      { ...alarm, name: 'ascent-a-lost', runbook: `${FOLDER}lost.md` },
      { ...alarm, name: 'ascent-a-mute', runbook: '' },
    ],
    names: new Set(['ascent-a', 'ascent-a-late', 'ascent-a-dead', 'Ascent-Data', 'ascent/stripe/main/key']),
    paths: ['/api/v1/arr/status', '/api/v1/arr/customers/{customerId}'],
    scripts: new Set(['local']),
  };
  expect(findings(known, filesOf(PAGES, root)).map((finding) => finding.split('. ')[0])).toEqual([
    `${FOLDER}a.md has no row of ascent-a-dead with \`Depth\` and 1`,
    `${LIST} does not list ascent-a-dead with ${FOLDER}a.md`,
    `The alarm ascent-a-lost names ${FOLDER}lost.md, which does not exist`,
    'The alarm ascent-a-mute names no runbook',
    `${FOLDER}b.md does not answer the six questions`,
    `${FOLDER}c.md is not listed`,
    `${FOLDER}c.md:14 says ascent-b, which the templates do not have`,
    `${FOLDER}c.md:14 says Ascent-Date, which the templates do not have`,
    `${FOLDER}c.md:14 says ascent/stripe/main/keys, a secret that the templates do not have`,
    `${FOLDER}c.md:15 says /api/v1/arr/state, which the API does not have`,
    `${FOLDER}c.md:13 says stop, which package.json does not have`,
    `${FOLDER}c.md:13 says quues, which npm run local does not know`,
  ]);
});
