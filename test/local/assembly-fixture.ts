import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Template = Readonly<Record<string, unknown>>;

/** A resource as CDK writes it into a template. */
export const resource = (
  path: string,
  type: string,
  properties: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  Type: type,
  Properties: properties,
  Metadata: { 'aws:cdk:path': `${path}/Resource` },
});

/** A folder of its own, removed when the run ends. */
export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'ascent-local-'));

/**
 * A cloud assembly as `cdk synth` lays it down: a stage `Ascent` with one stack per given template, and each function's
 * code as an asset (`<key>.zip` in the template, a folder on disk).
 */
export const writeAssembly = (templates: Readonly<Record<string, Template>>, code: Readonly<Record<string, string>> = {}): string => {
  const folder = newFolder();
  const stage = join(folder, 'assembly-Ascent');
  mkdirSync(stage);
  const files: Record<string, unknown> = {};
  for (const [key, source] of Object.entries(code)) {
    mkdirSync(join(folder, `asset.${key}`));
    writeFileSync(join(folder, `asset.${key}`, 'index.mjs'), source);
    files[key] = {
      source: { path: `../asset.${key}`, packaging: 'zip' },
      destinations: { current: { bucketName: 'assets', objectKey: `${key}.zip` } },
    };
  }
  writeFileSync(join(stage, 'assets.json'), JSON.stringify({ version: '55.0.0', files }));
  const artifacts: Record<string, unknown> = { assets: { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } } };
  for (const [name, template] of Object.entries(templates)) {
    writeFileSync(join(stage, `${name}.template.json`), JSON.stringify(template));
    artifacts[`Ascent${name}`] = {
      type: 'aws:cloudformation:stack',
      displayName: `Ascent/${name}`,
      properties: { templateFile: `${name}.template.json`, stackName: `Ascent-${name}` },
    };
  }
  writeFileSync(join(stage, 'manifest.json'), JSON.stringify({ version: '55.0.0', artifacts }));
  const stageArtifact = { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Ascent', displayName: 'Ascent' } };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ version: '55.0.0', artifacts: { 'assembly-Ascent': stageArtifact } }));
  return folder;
};
