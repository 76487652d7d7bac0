import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { sendCosts } from '../../local/costs.ts';

const said: string[] = [];
beforeEach(() => {
  said.length = 0;
  vi.spyOn(console, 'log').mockImplementation((line) => said.push(String(line)));
  vi.spyOn(console, 'error').mockImplementation((line) => said.push(String(line)));
});

const file = join(mkdtempSync(join(tmpdir(), 'ascent-costs-')), 'costs.csv');
writeFileSync(file, '\uFEFFmonth,kind\n2026-10,wages\n');

/** What a stack was asked, where it answers so; and the exit code. */
const sent = async (status: number, answer: object, dryRun = false) => {
  const came: string[] = [];
  const server = createServer(async (request, response) => {
    const { url, method } = request;
    const { authorization, 'content-type': type } = request.headers;
    const body = Buffer.concat(await request.toArray()).toString('utf8');
    if (url === '/local/token') return response.end('{"access_token":"t1"}');
    came.push(`${method} ${url} ${authorization} ${type} ${JSON.stringify(body)}`);
    return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const code = await sendCosts(file, dryRun, port);
  server.close();
  return { came, code, port };
};

it('sends the file as it is, with a token, and says how many rows were loaded', async () => {
  const { came, code } = await sent(200, { loaded: 2, unchanged: 1, dryRun: false, problems: [] });
  expect(came).toEqual(['PUT /api/v1/costs Bearer t1 text/csv "\uFEFFmonth,kind\\n2026-10,wages\\n"']);
  expect([code, said]).toEqual([0, ['2 loaded, 1 were there already']]);
});

it('says line by line what was wrong, also of a dry run, and of a file that was refused as a whole', async () => {
  const problems = [
    { field: 'line 2.kind', detail: 'received "wages"' },
    { field: 'line 2.month', detail: 'received "x"' },
    { field: 'line 3', detail: 'has 1 cells' },
  ];
  const lines = ['line 2.kind: received "wages"', 'line 2.month: received "x"', 'line 3: has 1 cells'];
  const dry = await sent(200, { loaded: 2, unchanged: 0, dryRun: true, problems }, true);
  expect(dry.came[0]).toContain('PUT /api/v1/costs?dryRun=true ');
  expect([dry.code, said]).toEqual([1, [...lines, '2 would be loaded, 0 were there already; rows refused: 2']]);
  said.length = 0;
  const { code } = await sent(422, { detail: 'No row can be loaded.', problems });
  expect([code, said]).toEqual([1, [...lines, 'nothing was loaded: No row can be loaded.']]);
});

it('says that no stack answers, and that there is no such file', async () => {
  const { port } = await sent(200, { loaded: 0, unchanged: 0, dryRun: false, problems: [] });
  said.length = 0;
  expect(await sendCosts(file, false, port)).toBe(1);
  expect(said).toEqual([`no local stack answers on port ${port}; start one with: npm start`]);
  await expect(sendCosts(`${file}.none`, false, port)).rejects.toThrow('ENOENT');
});
