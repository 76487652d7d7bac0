import type { Prices } from './prices.ts';

/** What some accepted webhooks caused, counted. */
export interface Usage {
  readonly webhooks: number;
  readonly httpRequests: number;
  /** Events put on a bus, in units of 64 KB. */
  readonly eventUnits: number;
  readonly archivedBytes: number;
  readonly pipeRequests: number;
  readonly queueSends: number;
  readonly queueReceives: number;
  readonly queueDeletes: number;
  readonly functions: readonly FunctionUsage[];
  readonly writeUnits: number;
  readonly indexWriteUnits: number;
  readonly readUnits: number;
  readonly storedBytes: number;
  readonly logBytes: number;
  readonly traces: number;
}

export interface FunctionUsage {
  readonly name: string;
  readonly memoryMb: number;
  readonly invocations: number;
  /** Of all invocations. */
  readonly billedMs: number;
}

export interface CostLine {
  readonly service: string;
  readonly what: string;
  /** For one accepted webhook. */
  readonly unitsPerWebhook: number;
  /** For a million accepted webhooks. */
  readonly dollars: number;
}

export interface Cost {
  readonly lines: readonly CostLine[];
  readonly dollarsPerMillion: number;
  /** What the million leaves in the table, for as long as it is kept. */
  readonly storageDollarsPerMonth: number;
}

const MILLION = 1_000_000;
/** The services' gigabyte. */
const GB = 1024 ** 3;

/** $ for a million accepted webhooks, by service. */
export const costOf = (usage: Usage, prices: Prices): Cost => {
  const { webhooks } = usage;
  // A price per million units times units per webhook is the price of a million webhooks.
  const counted = (service: string, what: string, units: number, perMillion: number): CostLine => ({
    service,
    what,
    unitsPerWebhook: units / webhooks,
    dollars: (units / webhooks) * perMillion,
  });
  const weighed = (service: string, what: string, bytes: number, perGb: number): CostLine => ({
    service,
    what,
    unitsPerWebhook: bytes / webhooks,
    dollars: ((bytes / webhooks) * MILLION * perGb) / GB,
  });
  const invocations = usage.functions.reduce((sum, fn) => sum + fn.invocations, 0);
  const gbSeconds = usage.functions.reduce((sum, fn) => sum + (fn.billedMs / 1000) * (fn.memoryMb / 1024), 0);
  const lines = [
    counted('API Gateway', 'requests', usage.httpRequests, prices.httpApiPerMillion),
    counted('EventBridge', 'events on both buses, 64 KB units', usage.eventUnits, prices.eventsPerMillion),
    weighed('EventBridge', 'bytes archived', usage.archivedBytes, prices.archivePerGb),
    counted('EventBridge', 'pipe requests', usage.pipeRequests, prices.pipePerMillion),
    counted('SQS', 'messages sent', usage.queueSends, prices.queuePerMillion),
    counted('SQS', 'receive requests', usage.queueReceives, prices.queuePerMillion),
    counted('SQS', 'delete requests', usage.queueDeletes, prices.queuePerMillion),
    counted('Lambda', 'invocations', invocations, prices.lambdaPerMillion),
    counted('Lambda', 'GB-seconds', gbSeconds, prices.lambdaPerGbSecond * MILLION),
    counted('DynamoDB', 'write units of the table', usage.writeUnits, prices.writeUnitsPerMillion),
    counted('DynamoDB', 'write units of the index', usage.indexWriteUnits, prices.writeUnitsPerMillion),
    counted('DynamoDB', 'read units', usage.readUnits, prices.readUnitsPerMillion),
    weighed('CloudWatch', 'bytes logged', usage.logBytes, prices.logsPerGb),
    counted('X-Ray', 'traces recorded', usage.traces, prices.tracesPerMillion),
  ];
  return {
    lines,
    dollarsPerMillion: lines.reduce((sum, line) => sum + line.dollars, 0),
    storageDollarsPerMonth: ((usage.storedBytes / webhooks) * MILLION * prices.storagePerGbMonth) / GB,
  };
};

/** What Lambda would bill: CPU time on the function's share of a core, and the waits for the services it calls. */
export const billedMsOf = (
  { cpuMs, invocations, memoryMb }: { readonly cpuMs: number; readonly invocations: number; readonly memoryMb: number },
  waitMs: number,
  memoryMbOfOneCore: number,
): number => {
  if (invocations === 0) return 0;
  const each = (cpuMs * Math.max(1, memoryMbOfOneCore / memoryMb) + waitMs) / invocations;
  return Math.ceil(each) * invocations;
};
