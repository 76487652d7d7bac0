import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { type DemoTarget, loadDemo } from '../../demo/load.ts';

it('ends at a signal: what is under way is answered, and nothing more is sent', async () => {
  const stopping = new AbortController();
  let came = 0;
  let answered = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === 'PUT') return response.end('{"problems":[]}');
    came += 1;
    // The 24 connections are all busy when the signal comes.
    if (came === 24) stopping.abort();
    return setTimeout(() => {
      answered += 1;
      response.end('{"received":true}');
    }, 30);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target: DemoTarget = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    webhookSecret: 'whsec_trial',
    setClock: () => undefined,
    advanceClock: () => Promise.resolve(),
    idle: () => Promise.resolve(),
  };
  const deliveries = Array.from({ length: 100 }, (_, n) => ({ deliverAt: 1_000, event: { id: `evt_${n}` } }));
  const story = { rates: [], deliveries, deliveriesUntilToday: 100, startsAt: 1_000, todayAt: 2_000 };
  const failure = await loadDemo(target, story, () => undefined, stopping.signal).catch((error: unknown) => error);
  server.close();
  expect(failure).toBe(stopping.signal.reason);
  expect([came, answered]).toEqual([24, 24]);
});

it('stops where a plan rate was refused', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.end('{"loaded":1,"problems":[{"row":0,"code":"rate-not-positive","detail":"is 0","field":"rate"}]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target: DemoTarget = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    webhookSecret: 'whsec_trial',
    setClock: () => undefined,
    advanceClock: () => Promise.resolve(),
    idle: () => Promise.resolve(),
  };
  const story = { rates: [{}], deliveries: [], deliveriesUntilToday: 0, startsAt: 1_000, todayAt: 2_000 };
  await expect(loadDemo(target, story, () => undefined)).rejects.toThrow(/not taken as a whole: 200 .*rate-not-positive/);
  server.close();
});

it('loads what finance loads at its own time, between the deliveries, and stops where a row of it was refused', async () => {
  const came: string[] = [];
  let clock = 0;
  let refuses = false;
  const server = createServer((request, response) => {
    request.resume();
    came.push(`${clock} ${request.url}`);
    const problems = refuses && request.url === '/api/v1/costs' ? '[{"row":0,"code":"kind-unknown"}]' : '[]';
    response.end(`{"received":true,"problems":${problems}}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target: DemoTarget = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    webhookSecret: 'whsec_trial',
    setClock: (atMs) => {
      clock = atMs / 1000;
    },
    advanceClock: () => Promise.resolve(),
    idle: () => Promise.resolve(),
  };
  const costs = [1_000, 90_000, 180_000, 900_000].map((loadAt) => ({ month: '2026-01-01', loadAt, csv: 'month' }));
  const deliveries = [80_000, 170_000].map((deliverAt) => ({ deliverAt, event: { id: `evt_${deliverAt}` } }));
  const closingRates = [400, 85_000, 900_000].map((loadAt) => ({ loadAt, rates: [] }));
  const story = { rates: [{}], costs, closingRates, deliveries, deliveriesUntilToday: 2, startsAt: 500, todayAt: 200_000 };
  await loadDemo(target, story, () => undefined);
  expect(came).toEqual([
    '500 /api/v1/fx/rates',
    '500 /api/v1/fx/rates', // what was before the story
    '1000 /api/v1/costs',
    '80000 /webhooks/stripe',
    '85000 /api/v1/fx/rates',
    '90000 /api/v1/costs',
    '170000 /webhooks/stripe',
    '180000 /api/v1/costs',
  ]);
  refuses = true;
  await expect(loadDemo(target, story, () => undefined)).rejects.toThrow(
    /the costs of 2026-01 were not taken as a whole: 200 .*kind-unknown/,
  );
  server.close();
});
