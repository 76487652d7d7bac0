import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROLES } from '../../../functions/access/roles.ts';
import { clearsAtBps, percent } from '../../../functions/arr/alerts/alert.ts';
import { LEVEL_RULES, RULES } from '../../../functions/arr/alerts/rules.ts';
import { well } from './figures.ts';

const page = readFileSync('docs/alerts.md', 'utf8');
/** Cells of the rows whose first one is a rule, table by table. */
const rows = page
  .split('\n')
  .flatMap((line) => (/^\| `[a-z-]+` /.test(line) ? [line.split('|').map((cell) => cell.trim())] : []))
  .map(([, first = '', ...others]) => [first.replaceAll('`', ''), ...others.slice(0, -1)]);

it('every rule stands in the table of docs/alerts.md as it is declared, in its order', () => {
  expect(rows.filter((row) => row.length === 7)).toEqual(
    RULES.map(({ id, tells, threshold, hysteresis, from, severity, ownerRole }) => [
      id,
      tells,
      threshold,
      hysteresis,
      from,
      severity,
      ownerRole,
    ]),
  );
});

it('every rule has a row that says what to do', () => {
  const known = new Set(RULES.map(({ id }) => id));
  expect(rows.filter(([id = '', ...others]) => others.length === 1 && known.has(id)).map(([id]) => id)).toEqual(RULES.map(({ id }) => id));
});

it('thresholds and bands are said as they are where nothing else is configured', () => {
  for (const rule of LEVEL_RULES) {
    const [reading] = rule.read(well());
    if (reading === undefined) throw new Error(`${rule.id} reads nothing`);
    expect([rule.id, rule.threshold]).toEqual([rule.id, expect.stringContaining(percent(reading.thresholdBps))]);
    const isRelative = /above it/.test(rule.hysteresis);
    const said = isRelative ? `bandBps\` ${reading.bandBps}` : `clears at ${percent(clearsAtBps(rule.side, reading))}`;
    expect([rule.id, rule.hysteresis]).toEqual([rule.id, expect.stringContaining(said)]);
  }
});

it('whoever looks into an alert has a role that may read it', () => {
  for (const { ownerRole } of RULES) expect(ROLES[ownerRole].scopes).toContain('arr/read');
});

it('rules have names of their own', () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
});
