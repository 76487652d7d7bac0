import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ledgerRoutes } from '../functions/revops/ledger/routes.ts';
import { revopsRoutes } from '../functions/revops/routes.ts';
import { CapabilityStack, type Platform } from './kit/capability-stack.ts';
import { CapabilityFunction } from './kit/function.ts';
import { serveRoutes } from './kit/route.ts';

/** What contracts come to in the books: as a preview, which stores nothing and reads nothing; and the general ledger. */
export class RevopsStack extends CapabilityStack {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id, platform);
    const api = new CapabilityFunction(this, 'revops/api', {
      purpose: 'Revenue recognition as a preview',
      timeout: Duration.seconds(29),
      memoryMb: 1024,
    });
    serveRoutes(this, revopsRoutes, api);

    const ledger = new CapabilityFunction(this, 'revops/ledger/api', {
      purpose: 'The general ledger: journals posted, reversed and read, months closed',
      timeout: Duration.seconds(29),
    })
      .writesTable()
      .readsCompany();
    serveRoutes(this, ledgerRoutes, ledger);
  }
}
