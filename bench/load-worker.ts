import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { signatureHeader } from '../demo/webhook-sender.ts';
import type { LoadOrder, LoadResult, LoadSetup } from './load.ts';
import { PROBE_CURRENCY, PROBE_MINOR, probeBody, probeCustomerId } from './probe.ts';

/** Sends webhooks and looks for their ARR from a thread of its own, so that sender and system do not wait for each other's event loop. */
const { url, secret, clockOffsetMs, template } = workerData as LoadSetup;
const port = parentPort;
if (port === null) throw new Error('bench/load-worker.ts runs in a worker thread only');

/** Two, so that webhooks do not wait behind the polls that look for them. */
const webhooks = new Agent({ keepAlive: true, maxSockets: 64 });
const polls = new Agent({ keepAlive: true, maxSockets: 4 });
/** At most so many polls a second whatever is outstanding: looking must not become the load. */
const CUSTOMER_POLL_MS = 40;
const STATUS_POLL_MS = 100;
const GIVE_UP_AFTER_MS = 30_000;

const secondsNow = (): number => Math.floor((Date.now() + clockOffsetMs) / 1000);

const call = (method: 'GET' | 'POST', path: string, body = ''): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const headers =
      method === 'GET'
        ? {}
        : {
            'content-type': 'application/json; charset=utf-8',
            'content-length': Buffer.byteLength(body),
            'stripe-signature': signatureHeader(body, secret, secondsNow()),
          };
    const outgoing = request(`${url}${path}`, { method, agent: method === 'GET' ? polls : webhooks, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });

const isAccepted = async (body: string): Promise<boolean> => {
  const { status } = await call('POST', '/webhooks/stripe', body).catch(() => ({ status: 0 }));
  return status >= 200 && status < 300;
};

interface Accepted {
  readonly number: number;
  readonly acceptedMs: number;
}

/** Probes of a step, in the order of their acceptance. */
interface Probing {
  sending: boolean;
  readonly accepted: Accepted[];
}

const isOpen = (probing: Probing, shown: number, lastChangeMs: number): boolean =>
  probing.sending || (shown < probing.accepted.length && performance.now() - lastChangeMs < GIVE_UP_AFTER_MS);

const showsArr = async (number: number): Promise<boolean> => {
  const { status, text } = await call('GET', `/api/v1/arr/customers/${probeCustomerId(number)}`);
  return status === 200 && (JSON.parse(text) as { readonly arrMinor: string }).arrMinor !== '0';
};

/** Milliseconds from each probe's acceptance until its customer shows ARR. The probes that are not seen yet are asked for in turn. */
const watchCustomers = async (probing: Probing): Promise<number[]> => {
  const shown: number[] = [];
  const seen = new Set<number>();
  let lastChangeMs = performance.now();
  for (let turn = 0; isOpen(probing, shown.length, lastChangeMs); turn += 1) {
    const open = probing.accepted.filter(({ number }) => !seen.has(number));
    const next = open[turn % Math.max(1, open.length)];
    if (next !== undefined && (await showsArr(next.number))) {
      lastChangeMs = performance.now();
      shown.push(lastChangeMs - next.acceptedMs);
      seen.add(next.number);
    }
    await wait(CUSTOMER_POLL_MS);
  }
  return shown;
};

const probesInStatus = async (): Promise<number> => {
  const { status, text } = await call('GET', '/api/v1/arr/status');
  if (status !== 200) return 0;
  const { byCurrency } = JSON.parse(text) as {
    readonly byCurrency: readonly { readonly currency: string; readonly amountMinor: string }[];
  };
  return Number(byCurrency.find(({ currency }) => currency === PROBE_CURRENCY)?.amountMinor ?? 0) / PROBE_MINOR;
};

/** The first status that shows n probes is the one that shows the n-th accepted. */
const watchStatus = async (probing: Probing, before: number): Promise<number[]> => {
  const shown: number[] = [];
  let lastChangeMs = performance.now();
  while (isOpen(probing, shown.length, lastChangeMs)) {
    if (shown.length < probing.accepted.length) {
      const visible = (await probesInStatus()) - before;
      const nowMs = performance.now();
      for (const { acceptedMs } of probing.accepted.slice(shown.length, visible)) {
        shown.push(nowMs - acceptedMs);
        lastChangeMs = nowMs;
      }
    }
    await wait(STATUS_POLL_MS);
  }
  return shown;
};

/** Due times are fixed in advance: a slow answer delays nothing that comes after it. */
const openLoop = async (count: number, perSecond: number, send: (i: number) => void): Promise<void> => {
  const startedMs = performance.now();
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - startedMs) / 1000) * perSecond) + 1);
    for (; sent < due; sent += 1) send(sent);
    await wait(2);
  }
};

const step = async ({ bodies, perSecond, probesPerSecond, firstProbe }: Extract<LoadOrder, { kind: 'step' }>): Promise<LoadResult> => {
  const answers: Promise<boolean>[] = [];
  const ackMs: number[] = [];
  const probing: Probing = { sending: true, accepted: [] };
  const watching = Promise.all([watchCustomers(probing), watchStatus(probing, await probesInStatus())]);
  const startedMs = performance.now();
  const post = async (body: string): Promise<boolean> => {
    const sentMs = performance.now();
    const accepted = await isAccepted(body);
    ackMs.push(performance.now() - sentMs);
    return accepted;
  };
  const probe = async (number: number): Promise<boolean> => {
    const accepted = await post(probeBody(template, number, secondsNow()));
    if (accepted) probing.accepted.push({ number, acceptedMs: performance.now() });
    return accepted;
  };
  const probes = Math.floor((bodies.length / perSecond) * probesPerSecond);
  await Promise.all([
    openLoop(bodies.length, perSecond, (i) => answers.push(post(bodies[i] ?? ''))),
    openLoop(probes, probesPerSecond, (i) => answers.push(probe(firstProbe + i))),
  ]);
  const accepted = (await Promise.all(answers)).filter(Boolean).length;
  const seconds = (performance.now() - startedMs) / 1000;
  port.postMessage({ kind: 'sent' });
  probing.sending = false;
  const [customerMs, statusMs] = await watching;
  const lost = 2 * probes - customerMs.length - statusMs.length;
  return { sent: answers.length, accepted, seconds, ackMs, customerMs, statusMs, lost };
};

/** As fast as so many connections go. */
const load = async (bodies: readonly string[], connections: number): Promise<LoadResult> => {
  const startedMs = performance.now();
  let next = 0;
  let accepted = 0;
  const lane = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) if (await isAccepted(body)) accepted += 1;
  };
  await Promise.all(Array.from({ length: connections }, lane));
  const seconds = (performance.now() - startedMs) / 1000;
  return { sent: bodies.length, accepted, seconds, ackMs: [], customerMs: [], statusMs: [], lost: 0 };
};

port.on('message', (order: LoadOrder) => {
  const run = order.kind === 'load' ? load(order.bodies, order.connections) : step(order);
  run.then(
    (result) => port.postMessage({ kind: 'done', result }),
    (error: unknown) => port.postMessage({ kind: 'failed', reason: String(error) }),
  );
});
