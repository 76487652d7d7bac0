import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { arrRulingMade } from '../functions/arr/events.ts';
import { arrRoutes } from '../functions/arr/routes.ts';
import { fxRatesLoaded } from '../functions/company/events.ts';
import { customerRecorded, subscriptionRecorded, subscriptionScheduleRecorded, usageBilled } from '../functions/integrations/events.ts';
import { CapabilityStack, type Platform } from './kit/capability-stack.ts';
import { Consumer } from './kit/consumer.ts';
import { eventsOf } from './kit/event-bus.ts';
import { CapabilityFunction } from './kit/function.ts';
import { serveRoutes } from './kit/route.ts';
import { Schedule } from './kit/schedule.ts';

export const arrFacts = eventsOf(subscriptionRecorded, subscriptionScheduleRecorded, customerRecorded, usageBilled, arrRulingMade);
export const arrRates = eventsOf(fxRatesLoaded);

/** ARR: from recorded facts to movements, and the API that shows and explains them. */
export class ArrStack extends CapabilityStack {
  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id, platform);
    const onFact = new CapabilityFunction(this, 'arr/on-fact', {
      purpose: 'Decides ARR movements from recorded facts',
      consumes: true,
    })
      .writesTable()
      .readsCompany();
    new Consumer(this, 'arr-facts', {
      handler: onFact,
      lateAfter: Duration.minutes(5),
      subscriptions: [
        {
          bus: platform.revenueBus,
          pattern: arrFacts,
          what: 'facts about customers, commercial lines and billed usage, and rulings by hand',
        },
      ],
    });

    const onRates = new CapabilityFunction(this, 'arr/on-rates', {
      purpose: 'Decides customers again when plan rates were loaded',
      consumes: true,
    })
      .writesTable()
      .readsCompany();
    const rates = new Consumer(this, 'arr-rates', {
      handler: onRates,
      lateAfter: Duration.minutes(30),
      // Decides the whole book again, at most twenty customers at once, so that new facts are not held up.
      maxConcurrency: 2,
      subscriptions: [{ bus: platform.revenueBus, pattern: arrRates, what: 'loaded FX rates' }],
    });
    // It spreads the book's customers over its own queue, one step deep.
    onRates.sendsTo('ARR_RATES_QUEUE_URL', rates);

    const lapses = new CapabilityFunction(this, 'arr/task-lapses', {
      purpose: 'States what has ended because nothing renewed or billed it for thirty days',
      timeout: Duration.minutes(10),
      seldom: true,
    })
      .writesTable()
      .readsCompany();
    new Schedule(this, 'lapses', {
      // The first call does it all, unless time is up or it fails; the others find nothing left.
      expression: 'cron(15 1-4 * * ? *)',
      why: 'What nothing has renewed or billed for thirty days ends on the day on which that is so',
      handler: lapses,
    });

    const standings = new CapabilityFunction(this, 'arr/task-standings', {
      purpose: 'Brings up to date how all customers stand, for lists and totals over them, while somebody asks',
      timeout: Duration.minutes(4),
    })
      .writesTable()
      .readsCompany();
    new Schedule(this, 'standings', {
      expression: 'rate(5 minutes)',
      why: 'Lists of customers, and totals beside ARR, are at most an hour old',
      handler: standings,
    });

    const decided = new CapabilityFunction(this, 'arr/task-decide-ledgers', {
      purpose:
        'Makes ledgers of other definition profiles, and comparisons, that were asked for, and keeps them up to date while somebody looks',
      timeout: Duration.minutes(10),
      memoryMb: 1769,
    })
      .writesTable()
      .readsCompany();
    new Schedule(this, 'decide-ledgers', {
      expression: 'rate(1 minute)',
      why: 'A ledger that somebody asks for is begun within a minute',
      handler: decided,
    });

    const ledger = new CapabilityFunction(this, 'arr/task-ledger', {
      purpose: 'Takes into the ledger what was recorded',
      timeout: Duration.minutes(4),
      memoryMb: 1024,
    })
      .writesTable()
      .readsCompany();
    new Schedule(this, 'ledger', {
      expression: 'rate(5 minutes)',
      why: 'What was recorded stands in the ledger within minutes, so that its readers have little to read beside it',
      handler: ledger,
    });
    // Nothing wakes it: an operator asks for it.
    new CapabilityFunction(this, 'arr/task-rebuild-ledger', {
      purpose: 'Makes the ledger anew from the recordings, when an operator asks for it',
      timeout: Duration.minutes(15),
      memoryMb: 2048,
    })
      .writesTable()
      .readsCompany();

    const api = new CapabilityFunction(this, 'arr/api', {
      purpose: 'ARR status, movements, waterfall, metrics, customers, what stands beside ARR, explanations; closings; rulings by hand',
      timeout: Duration.seconds(29),
      // It keeps the ledger; from here on Lambda gives a whole core.
      memoryMb: 1769,
    })
      .writesTable()
      .readsCompany();
    serveRoutes(this, arrRoutes, api);
  }
}
