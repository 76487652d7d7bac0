import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib/core';
import { company } from '../../../ascent.config.ts';
import type { CompanyConfig } from '../../../functions/platform/config.ts';
import { ascentApp } from '../../../lib/app.ts';
import type { Bundles } from '../../../lib/bundles.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface SynthesisedStack {
  readonly name: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /** The template as text, for what may stand anywhere in it. */
  readonly text: string;
  /** Short names of the stacks that it waits for. */
  readonly after: readonly string[];
}

export interface Synthesised {
  readonly app: App;
  readonly stacks: ReadonlyMap<string, SynthesisedStack>;
  readonly stack: (name: string) => SynthesisedStack;
  readonly all: (type: string) => readonly Placed[];
  /** The same without the stack Web: the function and the role that fill a bucket are the CDK's own. */
  readonly ours: (type: string) => readonly Placed[];
}

export interface Placed {
  readonly stack: string;
  readonly id: string;
  readonly resource: Resource;
}

/** Templates do not depend on the functions' code, so a file that does nothing stands for each bundle. */
export const stubBundles = (): Bundles => {
  const folder = join(mkdtempSync(join(tmpdir(), 'ascent-bundles-')), 'stub');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => undefined;\n');
  return { folderOf: () => folder, web: folder };
};

export const outdir = (): string => mkdtempSync(join(tmpdir(), 'ascent-assembly-'));

/** Synthesises the whole app, nag included; a finding that is not acknowledged throws here. */
export const synthesise = (options: { readonly company?: CompanyConfig; readonly againstSchemas?: boolean } = {}): Synthesised => {
  const { app, stage } = ascentApp({
    company: options.company ?? company,
    bundles: stubBundles(),
    againstSchemas: options.againstSchemas ?? false,
    outdir: outdir(),
  });
  const nested = app.synth().getNestedAssembly(stage.artifactId);
  const short = (name: string): string => name.replace(/^Ascent-/, '');
  const stacks = new Map(
    nested.stacks.map((artifact): [string, SynthesisedStack] => {
      const template = artifact.template as { Resources: Record<string, Resource> };
      const after = artifact.dependencies.flatMap((dependency) => ('stackName' in dependency ? [short(String(dependency.stackName))] : []));
      const resources = new Map(Object.entries(template.Resources));
      return [
        short(artifact.stackName),
        { name: short(artifact.stackName), resources, text: JSON.stringify(template), after: after.sort() },
      ];
    }),
  );
  const all = (type: string): readonly Placed[] =>
    [...stacks.values()].flatMap(({ name, resources }) =>
      [...resources].filter(([, resource]) => resource.Type === type).map(([id, resource]) => ({ stack: name, id, resource })),
    );
  return {
    app,
    stacks,
    stack: (name) => {
      const found = stacks.get(name);
      if (found === undefined) throw new Error(`no stack ${name}; there are ${[...stacks.keys()].join(', ')}`);
      return found;
    },
    all,
    ours: (type) => all(type).filter(({ stack }) => stack !== 'Web'),
  };
};

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

export const many = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? (value as readonly T[]) : [value as T]);

/** A function's name (`arr-on-fact`) → what its role may do. */
export const statementsByFunction = (app: Synthesised): ReadonlyMap<string, readonly Statement[]> => {
  const policies = app.ours('AWS::IAM::Policy');
  return new Map(
    app.ours('AWS::Lambda::Function').map(({ resource, stack }) => {
      const role = (resource.Properties['Role'] as { 'Fn::GetAtt': readonly [string, string] })['Fn::GetAtt'][0];
      const own = policies.filter(
        (policy) =>
          policy.stack === stack && (policy.resource.Properties['Roles'] as readonly { Ref: string }[]).some(({ Ref }) => Ref === role),
      );
      const statements = own.flatMap(
        ({ resource: policy }) => (policy.Properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement,
      );
      return [String(resource.Properties['FunctionName']).replace(/^ascent-/, ''), statements] as const;
    }),
  );
};

export const environmentOf = (app: Synthesised, functionName: string): Readonly<Record<string, unknown>> => {
  const found = app.all('AWS::Lambda::Function').find(({ resource }) => resource.Properties['FunctionName'] === `ascent-${functionName}`);
  if (found === undefined) throw new Error(`no function ${functionName}`);
  return (found.resource.Properties['Environment'] as { Variables: Record<string, unknown> }).Variables;
};
