import type { LogEntry } from '../local/lambda/logs.ts';
import type { FunctionStatus } from '../local/lambda/pool.ts';
import type { Observer } from '../local/observe.ts';
import type { ServiceRequest, ServiceResponse } from '../local/service.ts';
import type { LocalStack } from '../local/stack.ts';
import { billedMsOf, type Usage } from './cost.ts';
import { assumed } from './prices.ts';
import { openTableMeter, type WriteKind } from './table-meter.ts';
import { eventUnitsOf } from './units.ts';

/** Counts on the local stack what AWS would bill for the webhooks sent between `start` and `usage`. */
export interface Meter {
  readonly observer: Observer;
  readonly onLog: (entry: LogEntry) => void;
  readonly start: (stack: LocalStack) => void;
  readonly usage: (webhooks: number) => { readonly usage: Usage; readonly writes: readonly WriteKind[] };
}

/** SQS hands out and takes back at most ten messages a request. */
const MESSAGES_PER_REQUEST = 10;

const bodyOf = <T>({ body }: ServiceRequest | ServiceResponse): T => JSON.parse(body.toString()) as T;

interface PutEvents {
  readonly Entries: readonly { readonly Source: string; readonly DetailType: string; readonly Detail: string }[];
}

export const openMeter = (): Meter => {
  let stack: LocalStack | undefined;
  let before: ReadonlyMap<string, FunctionStatus> = new Map();
  const table = openTableMeter();
  const waitMs = new Map<string, number>();
  const events = { units: 0, bytes: 0 };
  const queue = { sends: 0, requests: 0 };
  let logBytes = 0;

  const statusByName = (of: LocalStack): ReadonlyMap<string, FunctionStatus> =>
    new Map(of.functions.status().map((status) => [status.name, status]));

  const putEvents = (request: ServiceRequest): void => {
    for (const { Source, DetailType, Detail } of bodyOf<PutEvents>(request).Entries) {
      const bytes = Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
      events.units += eventUnitsOf(bytes);
      events.bytes += bytes;
    }
  };

  return {
    observer: {
      onCall: (caller, signingName, request, response) => {
        if (stack === undefined || !before.has(caller)) return;
        const name = `${signingName}:${request.operation}`;
        waitMs.set(caller, (waitMs.get(caller) ?? 0) + (assumed.waitMs[name] ?? assumed.otherWaitMs));
        if (name === 'events:PutEvents') putEvents(request);
        if (signingName === 'dynamodb') table.onCall(request, response);
      },
      onReceive: (_queueArn, messages) => {
        if (stack === undefined) return;
        queue.sends += messages.filter(({ attributes }) => attributes['ApproximateReceiveCount'] === '1').length;
        queue.requests += Math.ceil(messages.length / MESSAGES_PER_REQUEST);
      },
    },
    onLog: ({ source, line }) => {
      if (before.has(source)) logBytes += Buffer.byteLength(line) + assumed.logOverheadBytesPerLine;
    },
    start: (given) => {
      before = statusByName(given);
      table.start(given);
      stack = given;
    },
    usage: (webhooks) => {
      if (stack === undefined) throw new Error('the meter was not started');
      const after = statusByName(stack);
      // A function that only follows a trace records none of its own.
      let begun = 0;
      const functions = stack.resources.ofType('AWS::Lambda::Function').flatMap(({ ref: name, properties }) => {
        const [was, is] = [before.get(name), after.get(name)];
        if (was === undefined || is === undefined) return [];
        const invocations = is.invocations - was.invocations;
        const memoryMb = Number(properties['MemorySize']);
        const cpuMs = is.cpuMs - was.cpuMs;
        const billedMs = billedMsOf({ cpuMs, invocations, memoryMb }, waitMs.get(name) ?? 0, assumed.memoryMbOfOneCore);
        if (invocations === 0) return [];
        if ((properties['TracingConfig'] as { readonly Mode: string }).Mode === 'Active') begun += invocations;
        return [{ name, memoryMb, invocations, billedMs }];
      });
      const { writes, readUnits, published, storedBytes } = table.read();
      stack = undefined;
      return {
        writes,
        usage: {
          webhooks,
          httpRequests: webhooks,
          eventUnits: events.units + published.units,
          archivedBytes: events.bytes + published.bytes,
          pipeRequests: published.pipeRequests,
          queueSends: queue.sends,
          queueReceives: queue.requests,
          queueDeletes: queue.requests,
          functions,
          writeUnits: writes.reduce((sum, kind) => sum + kind.units, 0),
          indexWriteUnits: writes.reduce((sum, kind) => sum + kind.indexUnits, 0),
          readUnits,
          storedBytes,
          logBytes: logBytes + webhooks * (assumed.accessLogBytesPerRequest + assumed.logOverheadBytesPerLine),
          traces: begun * assumed.tracedShare,
        },
      };
    },
  };
};
