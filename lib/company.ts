import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { companyRoutes } from '../functions/company/routes.ts';
import { CapabilityStack, type Platform } from './kit/capability-stack.ts';
import { CapabilityFunction } from './kit/function.ts';
import { serveRoutes } from './kit/route.ts';

/** What the company decides itself: its plan by version, its exchange rates by date; and its costs by month, which its books say. */
export class CompanyStack extends CapabilityStack {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id, platform);
    const api = new CapabilityFunction(this, 'company/api', {
      purpose: 'Plan versions, FX rates and costs, read and loaded',
      timeout: Duration.seconds(29),
    })
      .writesTable()
      .readsCompany();
    serveRoutes(this, companyRoutes, api);
  }
}
