import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { type DoorAnswer, INSTANCE, SIGNING_SECRET, useFrontDoor } from './front-door.ts';
import { placeIn } from './hostile/queries.ts';
import type { HostileRequest } from './hostile/request.ts';
import { hostileRequests, kindNames } from './hostile/requests.ts';
import { CALLOUT, calloutSignedBy, ENVELOPE, XML_TYPE } from './hostile/salesforce.ts';
import { signedBy } from './hostile/webhooks.ts';
import { operations } from './operations.ts';

/** `npm run prove -- hostile` asks for more of them, by another seed. */
const REQUESTS = Number(process.env['ASCENT_HOSTILE_REQUESTS'] ?? '2000');
const SEED = Number(process.env['ASCENT_HOSTILE_SEED'] ?? '20261105');
const AT_ONCE = 4;
/** What the process may hold more after all of them than after the first tenth, both after a collection. */
const MAX_GROWTH_BYTES = 24_000_000;
const LONGEST_MS = 600_000;

const door = useFrontDoor();

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const heldBytes = (): number => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** Keys of what is stored, but for the note that lists were asked for, which whoever may read them makes. */
const storedKeys = async (): Promise<readonly unknown[]> => {
  const { Items = [] } = await door.table.client.send(new ScanCommand({ TableName: process.env['TABLE_NAME'], ConsistentRead: true }));
  return Items.map(({ pk }) => pk?.S).filter((pk) => pk !== 'STANDINGS');
};

const eventOf = ({ method, path, event, operation }: HostileRequest, authorizer: object): object => ({
  rawPath: operation.webhook ? path : operation.bare,
  rawQueryString: '',
  queryStringParameters: Object.fromEntries(operation.query),
  ...event,
  requestContext: { requestId: 'r', http: { method }, authorizer },
});

const answerTo = (hostile: HostileRequest, token: string): Promise<DoorAnswer> => {
  const { operation, method, path, headers, body, event } = hostile;
  if (event !== undefined) {
    const claims = { sub: 'user-1', client_id: 'client-1', scope: door.allScopes.join(' ') };
    return door.invoke(operation.routeKey, eventOf(hostile, { jwt: { claims } }));
  }
  const all = [...headers, ['authorization', `Bearer ${token}`] as const];
  return door.send({ method, path, headers: all, ...(body === undefined ? {} : { body }) });
};

/** What nobody outside should read: a place in our code, a library's own words, a secret. */
const TELLS_TOO_MUCH = new RegExp(`\\n\\s+at |node_modules|\\.ts:\\d|Exception|(?:Syntax|Type|Range|Reference)Error|${SIGNING_SECRET}`);

/** What is wrong with the answer; `undefined`: nothing. */
const wrongWith = ({ must, method }: HostileRequest, { status, contentType, text }: DoorAnswer): string | undefined => {
  if (status >= 500) return `answered ${status}`;
  if (must === 'refused' && status < 400) return `answered ${status} to what had to be refused`;
  if (status < 400) return undefined;
  if (TELLS_TOO_MUCH.test(text)) return `tells too much: ${text.slice(0, 200)}`;
  if (method === 'HEAD' || (text === '' && (status === 431 || status === 400))) return undefined;
  const json = JSON.parse(text) as Readonly<Record<string, unknown>>;
  // Before a function is called, API Gateway answers in its own words.
  const isGateway = contentType === 'application/json' && Object.keys(json).join() === 'message';
  const isProblem =
    contentType === 'application/problem+json' && json['status'] === status && String(json['type']).startsWith('/problems/');
  return isGateway || isProblem ? undefined : `answered ${status} as ${contentType}: ${text.slice(0, 200)}`;
};

interface Run {
  readonly wrong: readonly string[];
  readonly kinds: ReadonlyMap<string, number>;
  readonly grownBytes: number;
}

const run = async (seed: number, requests: number): Promise<Run> => {
  const token = await door.token({ scopes: door.allScopes });
  const wrong: string[] = [];
  const kinds = new Map<string, number>();
  let done = 0;
  let warmBytes = 0;
  const source = hostileRequests(seed, requests);
  const work = async (): Promise<void> => {
    for (const hostile of source) {
      const place = `${hostile.kind}, ${hostile.method} ${hostile.path.slice(0, 200)}`;
      const finding = await answerTo(hostile, token).then(
        (answer) => wrongWith(hostile, answer),
        (error: unknown) => `was not answered: ${String(error)}`,
      );
      if (finding !== undefined) wrong.push(`${place}: ${finding}`);
      kinds.set(hostile.kind, (kinds.get(hostile.kind) ?? 0) + 1);
      done += 1;
      if (done === Math.ceil(requests / 10)) warmBytes = heldBytes();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { wrong, kinds, grownBytes: heldBytes() - warmBytes };
};

/** Found by these requests, and mended: each by an example of its own. */
const EXAMPLES: readonly (readonly [what: string, path: string, status: number])[] = [
  ['a parameter that every object has', '/api/v1/arr/status?__proto__=1', 400],
  ['another of them', '/api/v1/arr/status?constructor=1', 400],
  ['a parameter that a paged route without filters does not have', '/api/v1/plan/versions?of=1', 400],
  ['the first day of the calendar, before which there is none to compare with', '/api/v1/arr/status?on=0000-01-01', 400],
  ['its last day, after which there is none', '/api/v1/arr/waterfall?from=2026-01-01&to=9999-12-31&period=day', 400],
  ['the last day that is answered', '/api/v1/arr/status?on=2199-12-31', 200],
  ['the day after it', '/api/v1/plan?on=2200-01-01', 400],
  ['a path behind two slashes, which is no other host', '//evil.example/api/v1/arr/status', 404],
  [
    'a place in a list that the list never gave out',
    `/api/v1/integrations/stripe-main/parked?cursor=${placeIn('listParkedEvents', { id: 'stripe-main' }, {}, 'x')}`,
    400,
  ],
  [
    'the same of an explanation',
    `/api/v1/arr/explain?on=2026-11-05&cursor=${placeIn('explainArr', {}, { on: '2026-11-05' }, '2026-11|x|y|z')}`,
    400,
  ],
  ['a place behind the end', `/api/v1/arr/movements?cursor=${placeIn('listArrMovements', {}, {}, 'x|y|z')}`, 200],
];

it.each(EXAMPLES)('%s is answered as it should be', async (_what, path, status) => {
  const token = await door.token({ scopes: door.allScopes });
  expect((await door.send({ method: 'GET', path, headers: [['authorization', `Bearer ${token}`]] })).status).toBe(status);
});

it('a webhook that is rightly signed and nested too deeply is refused once and for all, and a plain one is taken in', async () => {
  const post = (body: string) => door.send({ method: 'POST', path: '/webhooks/stripe', headers: signedBy(body), body });
  const plain = '{"id":"evt_1","object":"event","type":"invoice.paid","data":{}}';
  const deep = plain.replace('{}', `${'['.repeat(30_000)}${']'.repeat(30_000)}`);
  expect([(await post(deep)).status, (await post(plain)).status]).toEqual([400, 200]);
  expect(door.aws.events.splice(0).map(({ Detail }) => Detail)).toEqual([plain]);
});

it('what the hostile messages of Salesforce are off from is taken in: an envelope of the org, and a callout that it signed', async () => {
  const path = `/webhooks/salesforce/${INSTANCE}`;
  const post = (body: string, headers: typeof XML_TYPE) => door.send({ method: 'POST', path, headers, body });
  const answers = [await post(ENVELOPE, XML_TYPE), await post(CALLOUT, calloutSignedBy(CALLOUT))];
  expect(answers.map(({ status, contentType }) => [status, contentType])).toEqual([
    [200, 'text/xml; charset=utf-8'],
    [200, 'application/json'],
  ]);
  expect(door.aws.events.splice(0)).toHaveLength(2);
});

it(
  `${REQUESTS.toLocaleString('en')} hostile requests over all routes are answered in 4xx, store nothing and are not remembered`,
  async () => {
    const startedMs = performance.now();
    const { wrong, kinds, grownBytes } = await run(SEED, REQUESTS);
    expect([...new Set(wrong)].slice(0, 20), `seed ${SEED}: ${wrong.length} of ${REQUESTS}`).toEqual([]);
    expect([...kinds.keys()].sort()).toEqual([...kindNames].sort());
    expect(await storedKeys()).toEqual([]);
    expect(door.aws.events).toEqual([]);
    expect(door.aws.messages).toEqual([]);
    expect(grownBytes).toBeLessThan(MAX_GROWTH_BYTES);
    // The proof reads this line.
    if (process.env['ASCENT_HOSTILE_REQUESTS'] !== undefined) {
      const rows = [...kinds].map(([kind, requests]) => ({ kind, requests }));
      const seconds = (performance.now() - startedMs) / 1000;
      console.log(
        `hostile ${JSON.stringify({ seed: SEED, requests: REQUESTS, operations: operations.length, grownBytes, seconds, rows })}`,
      );
    }
  },
  LONGEST_MS,
);
