import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { companyEvents } from '../../functions/company/events.ts';
import type { DomainEvent } from '../../functions/platform/events.ts';
import { outboxWrite } from '../../functions/platform/outbox.ts';

const ROOT = 'test/contracts/events';
const samples = companyEvents.flatMap(({ name, version }) => globSync(`${ROOT}/${name}/v${version}/*.json`));

test('every event of the company has a retained sample', () => {
  for (const { name, version } of companyEvents) expect(globSync(`${ROOT}/${name}/v${version}/*.json`).length, name).toBeGreaterThan(0);
});

test.each(samples)('%s can still be published as it is', (path) => {
  const sample = JSON.parse(readFileSync(path, 'utf8')) as DomainEvent;
  expect(() => outboxWrite(sample, companyEvents)).not.toThrow();
});
