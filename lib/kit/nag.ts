import { type App, Stage, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

/** Every finding that we live with, in the order of declaration; printed at synthesis and capped by a test. */
export interface Acknowledgement {
  readonly path: string;
  readonly rule: string;
  readonly reason: string;
}

const byApp = new WeakMap<IConstruct, Acknowledgement[]>();

const listOf = (construct: IConstruct): Acknowledgement[] => {
  const { root } = construct.node;
  const list = byApp.get(root) ?? [];
  byApp.set(root, list);
  return list;
};

/** Turns the checks on: a finding that nobody acknowledged ends the synthesis. */
export const checkWithNag = (app: App): void => {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
};

/** Accepts one finding on one construct. Never on a stack or the app: that would also accept the next one. */
export const acknowledge = (construct: IConstruct, rule: string, reason: string): void => {
  if (Stage.isStage(construct) || construct.node.scope === undefined || Stage.isStage(construct.node.scope)) {
    throw new Error(`${construct.node.path}: a finding is acknowledged on the construct that has it, not on a whole stack`);
  }
  listOf(construct).push({ path: construct.node.path, rule, reason });
  Validations.of(construct).acknowledge({ id: rule, reason });
};

export const acknowledgements = (app: IConstruct): readonly Acknowledgement[] => listOf(app);
