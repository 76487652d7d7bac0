import { App } from 'aws-cdk-lib/core';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import type { CompanyConfig } from '../functions/platform/config.ts';
import type { Bundles } from './bundles.ts';
import { checkWithNag } from './kit/nag.ts';
import { AscentStage } from './stage.ts';

/**
 * CDK's settings stand here and not in `cdk.json`, so that the CLI, the local stack and the tests make the very same templates.
 */
const SETTINGS = {
  ...recommended,
  '@aws-cdk/core:target-partitions': ['aws'],
  // Exports and imports: CloudFormation then refuses to delete what another stack still uses.
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
  // Every resource says which construct made it; the local stack names that construct in its errors.
  'aws:cdk:enable-path-metadata': true,
};

export interface AscentAppProps {
  readonly company: CompanyConfig;
  readonly bundles: Bundles;
  readonly prefix?: string;
  /** Also hold every template against CloudFormation's own resource schemas: 4 s, so the CLI and one test do it, the local stack does not. */
  readonly againstSchemas?: boolean;
  /** Where the cloud assembly is written; by default where the CLI or CDK_OUTDIR says. */
  readonly outdir?: string;
}

/** The whole app with its checks, before synthesis. It looks nothing up and fits any account and region. */
export const ascentApp = ({
  company,
  bundles,
  prefix = 'ascent',
  againstSchemas = false,
  outdir,
}: AscentAppProps): { readonly app: App; readonly stage: AscentStage } => {
  const app = new App({
    analyticsReporting: false,
    treeMetadata: false,
    context: SETTINGS,
    builtinCloudFormationValidation: againstSchemas,
    ...(outdir !== undefined && { outdir }),
  });
  const stage = new AscentStage(app, 'Ascent', { prefix, company, bundles });
  checkWithNag(app);
  return { app, stage };
};
