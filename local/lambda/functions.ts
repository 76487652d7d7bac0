import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssemblyError, type StackTemplate } from '../assembly/load.ts';
import type { Resource, Resources } from '../service.ts';

/** A function of the template, ready to run from its bundle. */
export interface LocalFunction {
  readonly arn: string;
  readonly name: string;
  /** Construct path, for sentences. */
  readonly construct: string;
  readonly roleArn: string;
  readonly handlerFile: string;
  readonly handlerExport: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Most invocations at once: two, or the template's reservation where that is lower. */
  readonly maxConcurrency: number;
  /** Tells the gateway who calls. */
  readonly accessKeyId: string;
}

/** Two workers a function show every race that many would, and fit a laptop with thirty functions. */
const WORKERS_PER_FUNCTION = 2;
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MB = 128;
const HANDLER_EXTENSIONS = ['mjs', 'js', 'cjs'];

interface FunctionProperties {
  readonly Code: { readonly S3Key?: string };
  readonly Handler?: string;
  readonly Role: string;
  readonly Runtime?: string;
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly ReservedConcurrentExecutions?: number;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
}

const findHandler = (
  construct: string,
  folder: string,
  handler: string,
): { readonly handlerFile: string; readonly handlerExport: string } => {
  const dot = handler.lastIndexOf('.');
  const base = handler.slice(0, dot);
  const file = HANDLER_EXTENSIONS.map((extension) => join(folder, `${base}.${extension}`)).find((path) => existsSync(path));
  if (file === undefined) throw new AssemblyError(construct, `its handler ${handler} needs ${base}.mjs in ${folder}, and there is none`);
  return { handlerFile: file, handlerExport: handler.slice(dot + 1) };
};

/** Another value for a variable that the template gives, or how to make one of it. */
export type Overrides = Readonly<Record<string, string | ((templateValue: string) => string)>>;

const overridden = (override: Overrides[string] | undefined, templateValue: string): string =>
  typeof override === 'function' ? override(templateValue) : (override ?? templateValue);

const readFunction = (resource: Resource, assets: ReadonlyMap<string, string>, overrides: Overrides): LocalFunction => {
  const properties = resource.properties as unknown as FunctionProperties;
  const { Code, Handler = '', Runtime = '', Environment } = properties;
  if (!Runtime.startsWith('nodejs'))
    throw new AssemblyError(resource.path, `the local stack runs Node.js functions only, and this one wants ${Runtime || 'no runtime'}`);
  const folder = Code.S3Key === undefined ? undefined : assets.get(Code.S3Key);
  if (folder === undefined) throw new AssemblyError(resource.path, 'its code is not an asset of the assembly');
  const environment = Object.fromEntries(
    Object.entries(Environment?.Variables ?? {}).map(([name, value]) => [name, overridden(overrides[name], String(value))]),
  );
  return {
    arn: resource.arn,
    name: resource.ref,
    construct: resource.path,
    roleArn: properties.Role,
    ...findHandler(resource.path, folder, Handler),
    environment,
    timeoutMs: (properties.Timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
    memoryMb: properties.MemorySize ?? DEFAULT_MEMORY_MB,
    maxConcurrency: Math.max(1, Math.min(WORKERS_PER_FUNCTION, properties.ReservedConcurrentExecutions ?? WORKERS_PER_FUNCTION)),
    accessKeyId: `LOCAL${createHash('sha256').update(resource.arn).digest('hex').slice(0, 15).toUpperCase()}`,
  };
};

/** Functions behind custom resources deploy, and run for CloudFormation alone: what they would have done, the local stack does itself. */
const isProvider = (fn: Resource, resources: Resources): boolean =>
  resources.all.some(({ type, properties }) => type.startsWith('Custom::') && properties['ServiceToken'] === fn.arn);

/** `overrides` replace variables that the template gives; they never add one, so that a missing variable is still noticed. */
export const readFunctions = (
  resources: Resources,
  stacks: readonly StackTemplate[],
  overrides: Overrides = {},
): readonly LocalFunction[] => {
  const assets = new Map(stacks.flatMap((stack) => [...stack.assets]));
  return resources
    .ofType('AWS::Lambda::Function')
    .filter((resource) => !isProvider(resource, resources))
    .map((resource) => readFunction(resource, assets, overrides));
};

/** Variables that Lambda, Node or a library's own defaults provide. */
const RUNTIME_VARIABLES =
  /^(AWS_.*|_X_AMZN_TRACE_ID|LAMBDA_.*|_HANDLER|NODE_.*|POWERTOOLS_.*|LOG_LEVEL|TZ|PATH|HOME|HOMEPATH|HOMEDRIVE|USERPROFILE|DEBUG|NO_COLOR|FORCE_COLOR|CI|TERM|ELECTRODB_.*|SMITHY_.*)$/;
const READS_VARIABLE = /\bprocess\.env(?:\.([A-Za-z_]\w*)(?!\w)|\[\s*["']([A-Za-z_]\w*)["']\s*\])(?!\s*=[^=])/g;

/** Names of the variables that a bundle reads by a literal `process.env.NAME` and the template does not give. */
export const missingVariables = (fn: LocalFunction): readonly string[] => {
  const read = new Set<string>();
  for (const match of readFileSync(fn.handlerFile, 'utf8').matchAll(READS_VARIABLE)) {
    const name = match[1] ?? match[2];
    if (name !== undefined && !RUNTIME_VARIABLES.test(name) && !Object.hasOwn(fn.environment, name)) read.add(name);
  }
  return [...read];
};
