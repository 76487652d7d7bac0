import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { arrMovementsRecorded } from '../functions/arr/events.ts';
import { fxRatesLoaded, planChanged } from '../functions/company/events.ts';
import { coordinatorRoutes } from '../functions/coordinator/routes.ts';
import { opportunityRecorded } from '../functions/integrations/events.ts';
import { journalPosted } from '../functions/revops/events.ts';
import { alarmWhen } from './kit/alarm.ts';
import { CapabilityStack, type Platform } from './kit/capability-stack.ts';
import { Consumer } from './kit/consumer.ts';
import { eventsOf } from './kit/event-bus.ts';
import { CapabilityFunction } from './kit/function.ts';
import { Projector } from './kit/projector.ts';
import { serveRoutes } from './kit/route.ts';
import { Schedule } from './kit/schedule.ts';

export const coordinatorChanges = eventsOf(arrMovementsRecorded, planChanged, fxRatesLoaded, opportunityRecorded);

/** What everybody reads: totals from the stream, the executive snapshot, milestones, health. */
export class CoordinatorStack extends CapabilityStack {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id, platform);
    const onCommit = new CapabilityFunction(this, 'coordinator/on-commit', {
      purpose: 'Adds committed ARR movements to the totals, and journals to the balances',
      timeout: Duration.seconds(60),
      memoryMb: 1024,
      consumes: true,
    })
      .writesTable()
      .readsCompany();
    new Projector(this, 'totals', { handler: onCommit, events: [arrMovementsRecorded, journalPosted] });

    const onChange = new CapabilityFunction(this, 'coordinator/on-change', {
      purpose: 'Refreshes the executive snapshot and tells alerts after changes',
      consumes: true,
    })
      .writesTable()
      .readsCompany();
    new Consumer(this, 'coordinator-changes', {
      handler: onChange,
      lateAfter: Duration.minutes(5),
      // Many changes, one refresh; and few writers of the one snapshot.
      batchSize: 1_000,
      batchingWindow: Duration.seconds(5),
      maxConcurrency: 2,
      subscriptions: [
        { bus: platform.revenueBus, pattern: coordinatorChanges, what: 'changes that the dashboard shows, and what alerts tell of' },
      ],
    });

    const refresh = new CapabilityFunction(this, 'coordinator/task-refresh-dashboard', { purpose: 'Refreshes the executive snapshot' })
      .writesTable()
      .readsCompany();
    new Schedule(this, 'refresh-dashboard', {
      expression: 'rate(5 minutes)',
      why: 'The executive snapshot is never older than five minutes',
      handler: refresh,
    });
    // Nothing wakes it: an operator asks for it, by the runbook.
    new CapabilityFunction(this, 'coordinator/task-refill-totals', {
      purpose: 'Makes the totals anew from the recordings, when an operator asks for it',
      timeout: Duration.minutes(15),
      memoryMb: 1024,
    }).writesTable();
    alarmWhen(this, 'SourcesSilent', platform, {
      name: 'sources-silent',
      meaning: 'Nothing has been heard of a source for a day: it sends nothing, or what it sends is not taken in.',
      runbook: 'stuck-source',
      // The refresh tells it every five minutes. Stripe sends again for three days, so who hears of it after one loses nothing.
      metric: new Metric({
        namespace: 'Ascent',
        metricName: 'SilentSeconds',
        dimensionsMap: { service: 'coordinator' },
        statistic: 'Maximum',
        period: Duration.minutes(5),
      }),
      atLeast: Duration.days(1).toSeconds(),
      periods: 3,
    });

    const api = new CapabilityFunction(this, 'coordinator/api', {
      purpose: 'Executive dashboard, health, OpenAPI and its pages',
      timeout: Duration.seconds(29),
    })
      .readsTable()
      .readsCompany();
    serveRoutes(this, coordinatorRoutes, api);
  }
}
