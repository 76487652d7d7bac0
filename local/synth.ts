import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

const contextOfProject = (): Readonly<Record<string, unknown>> => {
  const file = join(ROOT, 'cdk.json');
  return existsSync(file)
    ? ((JSON.parse(readFileSync(file, 'utf8')) as { readonly context?: Readonly<Record<string, unknown>> }).context ?? {})
    : {};
};

/** Synthesises the CDK app as the CDK's own command does: `node bin/ascent.ts` with its output folder and context in the environment. */
export const synthesise = async (outDir: string): Promise<void> => {
  // Construct paths in the template are what our sentences name.
  const context = { ...contextOfProject(), 'aws:cdk:enable-path-metadata': true };
  const child = spawn(process.execPath, ['bin/ascent.ts'], {
    cwd: ROOT,
    env: { ...process.env, CDK_OUTDIR: outDir, CDK_CONTEXT_JSON: JSON.stringify(context) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the CDK app did not synthesise (status ${code}):\n${output.trim()}`);
};
