import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockDataFolder } from '../../local/lock.ts';
import { writeWhole } from '../../local/whole-file.ts';
import { newFolder } from './assembly-fixture.ts';

/** The kernel's ticks at which process 1 started, behind its name in brackets. */
const startOfFirst = (): string => readFileSync('/proc/1/stat', 'utf8').split(') ').at(-1)?.split(' ')[19] ?? '';

it('is taken over from who was killed before it had written its id', () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'stack.pid'), '');
  lockDataFolder(folder)();
});

it('is held by the process that took it, and not by another that has its id since', () => {
  const folder = newFolder();
  const file = join(folder, 'stack.pid');
  writeFileSync(file, `1 ${startOfFirst()}`);
  expect(() => lockDataFolder(folder)).toThrow(`the data folder ${folder} is in use by another local stack (process 1)`);
  writeFileSync(file, `1 ${Number(startOfFirst()) + 1}`);
  const release = lockDataFolder(folder);
  expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^${process.pid} \\d+$`));
  release();
});

it('takes no harm from half a file that a kill left beside a whole one', () => {
  const file = join(newFolder(), 'clock.json');
  writeWhole(file, '{"frozenMs":1}');
  writeFileSync(`${file}.new`, '{"froz');
  expect(readFileSync(file, 'utf8')).toBe('{"frozenMs":1}');
  writeWhole(file, '{}');
  expect(readFileSync(file, 'utf8')).toBe('{}');
});
