import { createRequire } from 'node:module';

/**
 * One function in a process of its own, as Lambda starts it: loads the bundle that is named first, calls it with each event of the JSON that
 * follows, one after the other, and prints what each call took and the most memory that the process ever held.
 */
export interface ProcessRun {
  readonly ms: readonly number[];
  readonly answers: readonly unknown[];
  readonly maxRssBytes: number;
}

const CONTEXT = {
  functionName: 'bench',
  awsRequestId: 'bench',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bench',
  getRemainingTimeInMillis: () => 900_000,
};

const [file = '', events = '[]', clockMs = '0'] = process.argv.slice(2);
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: BigInt64Array.of(BigInt(clockMs), 0n) });
const { handler } = createRequire(import.meta.url)(file) as { readonly handler: (event: unknown, context: object) => Promise<unknown> };
const print = process.stdout.write.bind(process.stdout);
// The function's own log lines are no part of the answer.
process.stdout.write = () => true;
const ms: number[] = [];
const answers: unknown[] = [];
for (const event of JSON.parse(events) as readonly unknown[]) {
  const start = performance.now();
  const answer = (await handler(event, CONTEXT)) as { readonly statusCode?: number };
  ms.push(performance.now() - start);
  answers.push(answer.statusCode ?? answer);
}
const run: ProcessRun = { ms, answers, maxRssBytes: process.resourceUsage().maxRSS * 1_024 };
print(JSON.stringify(run));
process.exit(0);
