import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demo } from './proofs/demo.ts';
import { hostile } from './proofs/hostile.ts';
import { kill } from './proofs/kill.ts';
import { metrics } from './proofs/metrics.ts';
import { order } from './proofs/order.ts';
import type { Proof, ProofResult } from './proofs/proof.ts';
import { samples } from './proofs/samples.ts';
import { simulation } from './proofs/simulation.ts';

/** Proofs that take longer than the tests. `npm run prove -- NAME [--runs N | --seeds N] [--first SEED] [--from FOLDER] [--record]`; without a name it lists them. */
const PROOFS: readonly Proof[] = [order, demo, samples, kill, hostile, simulation, metrics];

const ROOT = join(import.meta.dirname, '..');
const RECORD = join(ROOT, 'docs', 'proofs.md');
const DEFAULT_RUNS = 2_000;

const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();

/** A proof of altered files says so (but for its own record): its commit alone would not tell what was proved. */
const commit = (): string =>
  `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', '.', ':!docs/proofs.md') === '' ? '' : ' with local changes'}`;

const record = (name: string, { holds, sentence, table }: ProofResult): void => {
  if (!existsSync(RECORD))
    writeFileSync(
      RECORD,
      '# Proofs\n\nWhat `npm run prove` showed, newest last. Each run names its commit and date; run it again with the same command.\n',
    );
  const date = new Date().toISOString().slice(0, 10);
  appendFileSync(
    RECORD,
    `\n## ${name}, ${date}, commit ${commit()}\n\n${holds ? 'Holds' : 'DOES NOT HOLD'}. ${sentence}\n\n\`\`\`\n${table}\n\`\`\`\n`,
  );
};

const list = (): string =>
  [
    'npm run prove -- NAME [--runs N | --seeds N] [--first SEED] [--from FOLDER] [--record]',
    '',
    ...PROOFS.map(({ name, proves }) => `  ${name.padEnd(10)} ${proves}`),
    '',
    `--runs N or --seeds N: random histories of \`order\` and seeds of \`simulation\`, ${DEFAULT_RUNS.toLocaleString('en')} by default, or requests of \`hostile\`, ${(hostile.defaultRuns ?? DEFAULT_RUNS).toLocaleString('en')}. --first SEED: of \`simulation\`, 1 by default. --from FOLDER: samples of another place than test/contracts, by vendor (stripe/events, salesforce/eventbridge, …), or of \`metrics\` the published cases. --record: append the result to docs/proofs.md.`,
  ].join('\n');

/** The whole number behind one of these options. */
const numberOf = (args: readonly string[], options: readonly string[], without: number): number => {
  const at = args.findIndex((arg) => options.includes(arg));
  const given = at < 0 ? without : Number(args[at + 1]);
  if (!Number.isInteger(given) || given < 1) throw new RangeError(`${args[at]} takes a whole number from 1 on, not ${args[at + 1]}`);
  return given;
};

const fromOf = (args: readonly string[]): { readonly from?: string } => {
  const at = args.indexOf('--from');
  if (at < 0) return {};
  const from = args[at + 1];
  if (from === undefined || !existsSync(from)) throw new RangeError(`--from takes a folder that exists, not ${from ?? 'nothing'}`);
  return { from };
};

const prove = async (args: readonly string[]): Promise<number> => {
  const proof = PROOFS.find(({ name }) => name === args[0]);
  if (proof === undefined) {
    console.log(list());
    return args.length === 0 ? 0 : 2;
  }
  const runs = numberOf(args, ['--runs', '--seeds'], proof.defaultRuns ?? DEFAULT_RUNS);
  const result = await proof.run({ runs, first: numberOf(args, ['--first'], 1), ...fromOf(args) });
  console.log(`${result.table}\n\n${proof.name}: ${result.holds ? 'holds' : 'DOES NOT HOLD'}. ${result.sentence}`);
  if (args.includes('--record')) record(proof.name, result);
  return result.holds ? 0 : 1;
};

if (import.meta.main) {
  process.exitCode = await prove(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  });
}
