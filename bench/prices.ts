/**
 * List prices of us-east-1 in US dollars, on demand, without free tiers. Benchmarks are the only place that counts in floating point:
 * these are estimates of a bill, not money of the books.
 */
export interface Prices {
  /** When these were looked up. */
  readonly asOf: string;
  readonly httpApiPerMillion: number;
  readonly eventsPerMillion: number;
  readonly archivePerGb: number;
  readonly pipePerMillion: number;
  readonly queuePerMillion: number;
  readonly lambdaPerMillion: number;
  /** ARM. */
  readonly lambdaPerGbSecond: number;
  readonly writeUnitsPerMillion: number;
  readonly readUnitsPerMillion: number;
  readonly storagePerGbMonth: number;
  readonly logsPerGb: number;
  readonly tracesPerMillion: number;
}

export const prices: Prices = {
  asOf: '2026-11-22',
  httpApiPerMillion: 1.0,
  eventsPerMillion: 1.0,
  archivePerGb: 0.1,
  pipePerMillion: 0.4,
  queuePerMillion: 0.4,
  lambdaPerMillion: 0.2,
  lambdaPerGbSecond: 0.0000133334,
  writeUnitsPerMillion: 0.625,
  readUnitsPerMillion: 0.125,
  storagePerGbMonth: 0.25,
  logsPerGb: 0.5,
  tracesPerMillion: 5.0,
};

/**
 * What a laptop cannot measure, and what is taken for it. Waits are those of the services within one region, as their own metrics commonly
 * show them; they count one after the other although many run side by side, so billed time is an upper estimate.
 */
export const assumed = {
  waitMs: {
    'dynamodb:TransactWriteItems': 15,
    'dynamodb:BatchGetItem': 5,
    'dynamodb:GetItem': 4,
    'dynamodb:Query': 5,
    'dynamodb:PutItem': 6,
    'dynamodb:BatchExecuteStatement': 10,
    'dynamodb:UpdateItem': 6,
    'dynamodb:DeleteItem': 6,
    'events:PutEvents': 20,
    'sqs:SendMessage': 10,
    'secretsmanager:GetSecretValue': 30,
  } as Readonly<Record<string, number>>,
  otherWaitMs: 10,
  /** A function with this much memory has one core; with less, its share of it. */
  memoryMbOfOneCore: 1769,
  /** CloudWatch's own for each line. Lambda's START, END and REPORT are not logged: the functions' system log level leaves them out. */
  logOverheadBytesPerLine: 26,
  /** One line of the access log. */
  accessLogBytesPerRequest: 450,
  /** X-Ray's default rule, beyond the first request of a second. */
  tracedShare: 0.05,
} as const;
