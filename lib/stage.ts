import { Stage } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { arrRoutes } from '../functions/arr/routes.ts';
import { companyRoutes } from '../functions/company/routes.ts';
import { coordinatorRoutes } from '../functions/coordinator/routes.ts';
import { integrationRoutes } from '../functions/integrations/routes.ts';
import { salesforceWebhookRoutes } from '../functions/integrations/salesforce/routes.ts';
import { stripeWebhookRoutes } from '../functions/integrations/stripe/routes.ts';
import type { CompanyConfig } from '../functions/platform/config.ts';
import { ledgerRoutes } from '../functions/revops/ledger/routes.ts';
import { revopsRoutes } from '../functions/revops/routes.ts';
import { ArrStack } from './arr.ts';
import type { Bundles } from './bundles.ts';
import { CompanyStack } from './company.ts';
import { CoordinatorStack } from './coordinator.ts';
import { IntegrationsStack } from './integrations.ts';
import type { CapabilityStack } from './kit/capability-stack.ts';
import { scopesOf } from './kit/route.ts';
import { OperationsStack } from './operations-stack.ts';
import { RevopsStack } from './revops.ts';
import { StatefulStack } from './stateful-stack.ts';
import { WebStack } from './web.ts';

export interface AscentStageProps {
  /** Begins every physical name: another value is another, separate Ascent in the same account. */
  readonly prefix: string;
  readonly company: CompanyConfig;
  readonly bundles: Bundles;
}

/** Everything: the ground first, then a stack per capability, then what needs all of them. It fits any account and region. */
export class AscentStage extends Stage {
  readonly capabilities: readonly CapabilityStack[];

  constructor(scope: Construct, id: string, { prefix, company, bundles }: AscentStageProps) {
    super(scope, id);
    const scopes = scopesOf(
      integrationRoutes,
      stripeWebhookRoutes,
      salesforceWebhookRoutes,
      companyRoutes,
      arrRoutes,
      revopsRoutes,
      ledgerRoutes,
      coordinatorRoutes,
    );
    const { platform } = new StatefulStack(this, 'Data', { prefix, company, bundles, scopes });
    this.capabilities = [
      new IntegrationsStack(this, 'Integrations', platform),
      new CompanyStack(this, 'Company', platform),
      new ArrStack(this, 'Arr', platform),
      new RevopsStack(this, 'Revops', platform),
      new CoordinatorStack(this, 'Coordinator', platform),
    ];
    new WebStack(this, 'Web', platform);
    new OperationsStack(this, 'Operations', platform, this.capabilities);
  }
}
