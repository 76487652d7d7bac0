import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { isCapabilityFile } from './capabilities.ts';
import { type Files, type Findings, filesOf, ROOT, seeded } from './support.ts';

/** What this rule needs of a declaration; `functions/platform/events.ts` says the rest. */
interface Declaration {
  readonly name: string;
  readonly version: number;
  readonly source: string;
  readonly schema: { readonly safeParse: (data: unknown) => { readonly success: boolean; readonly error?: unknown } };
}

const isDeclaration = (value: unknown): value is Declaration =>
  typeof value === 'object' && value !== null && 'name' in value && 'version' in value && 'source' in value && 'schema' in value;

const declaredIn = async (root: string): Promise<readonly Declaration[]> => {
  const paths = [...filesOf(['functions/**/events.ts'], root).keys()].filter(isCapabilityFile);
  const modules = await Promise.all(paths.map((path) => import(pathToFileURL(join(root, path)).href) as Promise<Record<string, unknown>>));
  return modules.flatMap((module) => Object.values(module).filter(isDeclaration));
};

const samplesIn = (root: string): Files => filesOf(['test/contracts/events/*/v*/*.json'], root);

const folderOf = ({ name, version }: Declaration): string => `test/contracts/events/${name}/v${version}/`;

interface Sample {
  readonly type?: unknown;
  readonly version?: unknown;
  readonly source?: unknown;
  readonly data?: unknown;
}

const verdict = (declaration: Declaration, path: string, text: string): Findings => {
  const sample = JSON.parse(text) as Sample;
  const { name, version, source } = declaration;
  if (sample.type !== name || sample.version !== version || sample.source !== source)
    return [
      `${path} is not ${name} version ${version} from ${source}. A sample is a whole event: id, type, version, source, recordedAt, subject, data.`,
    ];
  return declaration.schema.safeParse(sample.data).success
    ? []
    : [
        `${path} is refused by the schema of ${name}. A published sample is kept for ever: allow it again, or declare version ${version + 1} of the event.`,
      ];
};

const findings = (declarations: readonly Declaration[], samples: Files): Findings => {
  const missing = declarations
    .filter((declaration) => ![...samples.keys()].some((path) => path.startsWith(folderOf(declaration))))
    .map((declaration) => `${declaration.name} has no retained sample. Put one whole event as JSON into ${folderOf(declaration)}.`);
  const judged = [...samples].flatMap(([path, text]) => {
    const declaration = declarations.find((one) => path.startsWith(folderOf(one)));
    return declaration === undefined
      ? [`${path} is a sample of no declared event. Declare it in its capability's events.ts again.`]
      : verdict(declaration, path, text);
  });
  return [...missing, ...judged];
};

test('every declared event has retained samples, and its schema accepts them all', async () => {
  const declarations = await declaredIn(ROOT);
  const samples = samplesIn(ROOT);
  expect(declarations.length).toBeGreaterThanOrEqual(8);
  expect(samples.size).toBeGreaterThanOrEqual(declarations.length);
  expect(findings(declarations, samples)).toEqual([]);
});

test('finds a missing, an unknown, a mislabelled and a refused sample in a seeded tree', async () => {
  const declare = (name: string): string =>
    `{ name: '${name}', version: 1, source: 'ascent.seed', meaning: '', schema: { safeParse: (data) => ({ success: typeof data.n === 'number' }) } }`;
  const event = (type: string, data: unknown): string => JSON.stringify({ id: 'x', type, version: 1, source: 'ascent.seed', data });
  const root = seeded({
    'functions/seed/events.ts': `export const lost = ${declare('Lost')};\nexport const kept = ${declare('Kept')};`,
    'test/contracts/events/Kept/v1/good.json': event('Kept', { n: 1 }),
    'test/contracts/events/Kept/v1/refused.json': event('Kept', { n: '1' }),
    'test/contracts/events/Kept/v1/mislabelled.json': event('Lost', { n: 1 }),
    'test/contracts/events/Gone/v1/old.json': event('Gone', { n: 1 }),
  });
  expect(findings(await declaredIn(root), samplesIn(root)).map((finding) => finding.split('. ')[0])).toEqual([
    'Lost has no retained sample',
    'test/contracts/events/Gone/v1/old.json is a sample of no declared event',
    'test/contracts/events/Kept/v1/mislabelled.json is not Kept version 1 from ascent.seed',
    'test/contracts/events/Kept/v1/refused.json is refused by the schema of Kept',
  ]);
});
