import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A resource as the template has it, intrinsics and all. */
export interface RawResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

export interface RawTemplate {
  readonly Resources?: Readonly<Record<string, RawResource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown }; readonly Condition?: string }>
  >;
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

/** One stack of the synthesised cloud assembly. */
export interface StackTemplate {
  readonly stackName: string;
  /** Construct path of the stack, `Ascent/Data`. */
  readonly path: string;
  readonly template: RawTemplate;
  /** Folder or file of each asset, by the key under which the template knows it (`<hash>.zip`). */
  readonly assets: ReadonlyMap<string, string>;
}

/** Stops the start: one sentence that names the construct and says what is wrong with it. */
export class AssemblyError extends Error {
  readonly construct: string;

  constructor(construct: string, problem: string) {
    super(`${construct}: ${problem}`);
    this.name = 'AssemblyError';
    this.construct = construct;
  }
}

interface Artifact {
  readonly type: string;
  readonly displayName?: string;
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly directoryName?: string;
    readonly file?: string;
  };
}

interface AssetFile {
  readonly source: { readonly path?: string; readonly executable?: readonly string[] };
  readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

const readAssets = (folder: string, file: string, into: Map<string, string>): void => {
  const { files = {} } = readJson(join(folder, file)) as { readonly files?: Readonly<Record<string, AssetFile>> };
  for (const asset of Object.values(files)) {
    // Assets made by a command at deployment (`executable`) have no path; no template of ours uses them for code.
    if (asset.source.path === undefined) continue;
    for (const destination of Object.values(asset.destinations)) into.set(destination.objectKey, resolve(folder, asset.source.path));
  }
};

/** Reads the assembly in `folder` with the assemblies of the stages in it; stacks come in the manifest's order. */
export const loadAssembly = (folder: string): readonly StackTemplate[] => {
  const manifest = readJson(join(folder, 'manifest.json')) as { readonly artifacts?: Readonly<Record<string, Artifact>> };
  const artifacts = Object.entries(manifest.artifacts ?? {});
  const assets = new Map<string, string>();
  for (const [, artifact] of artifacts) {
    if (artifact.type === 'cdk:asset-manifest' && artifact.properties?.file !== undefined)
      readAssets(folder, artifact.properties.file, assets);
  }
  return artifacts.flatMap(([id, artifact]): readonly StackTemplate[] => {
    const { templateFile, stackName, directoryName } = artifact.properties ?? {};
    if (artifact.type === 'cdk:cloud-assembly' && directoryName !== undefined) return loadAssembly(join(folder, directoryName));
    if (artifact.type !== 'aws:cloudformation:stack' || templateFile === undefined) return [];
    const template = readJson(join(folder, templateFile)) as RawTemplate;
    return [{ stackName: stackName ?? id, path: (artifact.displayName ?? id).replace(/ \(.*\)$/, ''), template, assets }];
  });
};
