import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { ACCOUNTS } from '../../functions/revops/recognition/balances.ts';
import { eventSchema } from '../../functions/revops/recognition/event-schema.ts';
import { policiesSchema } from '../../functions/revops/recognition/policies.ts';
import { pricePartSchema } from '../../functions/revops/recognition/price-schema.ts';
import { ROOT } from '../house/support.ts';
import { booksOf } from './preview.ts';

vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);

const page = readFileSync(join(ROOT, 'docs/recognition.md'), 'utf8');
const block = (name: string): unknown => JSON.parse(new RegExp(`\`\`\`json ${name}\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? 'null');

describe('docs/recognition.md', () => {
  test('has an example that is answered as it says', async () => {
    const [books] = await booksOf(block('request'));
    expect(books?.journals).toEqual(block('journals'));
  });

  test.each([
    ['account', Object.keys(ACCOUNTS)],
    ['policy', Object.keys(policiesSchema.shape)],
    ['kind of price', pricePartSchema.def.options.map(({ shape }) => [...shape.kind.def.values][0]!)],
    ['event', eventSchema.def.options.map(({ shape }) => [...shape.type.def.values][0]!)],
  ])('has a row for every %s', (_what, names) => {
    expect(names.length).toBeGreaterThan(2);
    expect(names.filter((name) => !page.includes(`\n| \`${name}\``))).toEqual([]);
  });
});
