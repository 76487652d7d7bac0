import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openAccount, recordFact } from '../../functions/arr/movements/account.ts';
import { consumed as factsConsumed, toFact } from '../../functions/arr/on-fact.ts';
import { consumed as ratesConsumed } from '../../functions/arr/on-rates.ts';
import { openDomainEvent } from '../../functions/platform/envelope.ts';
import type { DomainEvent } from '../../functions/platform/events.ts';
import { testContext } from './facts.ts';

const FOLDER = 'test/contracts/events';

const samplesOf = (name: string): readonly string[] => globSync(`${FOLDER}/${name}/v*/*.json`).sort();

/** The sample as the revenue bus delivers it: its data is JSON text. */
const opened = (path: string) => {
  const event = JSON.parse(readFileSync(path, 'utf8')) as DomainEvent;
  const detail = { ...event, version: String(event.version), data: JSON.stringify(event.data) };
  const envelope = { busEventId: 'b1', detailType: event.type, source: event.source, time: event.recordedAt, detail };
  return openDomainEvent(envelope, [...factsConsumed, ...ratesConsumed]);
};

const facts = factsConsumed.flatMap(({ name }) => samplesOf(name));

test('there are samples of every event that ARR consumes', () => {
  for (const { name } of [...factsConsumed, ...ratesConsumed]) expect(samplesOf(name).length, name).toBeGreaterThan(0);
  expect(facts.length).toBeGreaterThanOrEqual(12);
});

test.each([...facts, ...ratesConsumed.flatMap(({ name }) => samplesOf(name))])('%s is opened', (path) => {
  expect(opened(path)).toMatchObject({ ok: true });
});

test.each(facts)('%s is decided on its own', (path) => {
  const event = opened(path);
  if (!event.ok) throw new Error(event.problem.detail);
  const fact = toFact(event.value as Parameters<typeof toFact>[0]);
  const account = openAccount(testContext);
  recordFact(account, fact, testContext);
  // The same once more changes nothing.
  expect(recordFact(account, fact, testContext)).toEqual([]);
});
