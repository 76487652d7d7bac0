import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../functions/access/roles.ts';
import { ROOT } from '../house/support.ts';
import { useFrontDoor } from './front-door.ts';
import { operations } from './operations.ts';

/**
 * Every route by every role, generated from the roles as they are declared and the OpenAPI document as it is served: neither a new route nor a
 * new role escapes. Tokens are those of the template's user pool, made by the function that it names.
 */
const door = useFrontDoor();

const roles = Object.entries<Role>(ROLES);
const guarded = operations.filter(({ scope }) => scope !== undefined);
const rows = guarded.map((operation) => [operation.routeKey, operation] as const);
const asked = [...new Set(guarded.map(({ scope }) => scope!))].sort();

const LIFETIME = { expiresInSeconds: 3_600 };
const ofGroups = (groups: readonly string[], subject = 'user-1') => door.userPool.personToken({ groups, subject, ...LIFETIME });
const tokenOf = (name: string, { holder }: Role): Promise<string> =>
  holder === 'person' ? ofGroups([name]) : door.userPool.programToken({ name, ...LIFETIME });

/** Scopes of the API in a token; `openid` and `email` are the pool's own. */
const apiScopesOf = (token: string): readonly string[] =>
  String(decodeJwt(token)['scope'])
    .split(' ')
    .filter((scope) => scope.includes('/'))
    .sort();

const statusOf = async (token: string, { method, path }: (typeof operations)[number]): Promise<number> =>
  (await door.send({ method, path, headers: [['authorization', `Bearer ${token}`]] })).status;

let tokens: ReadonlyMap<string, string>;
beforeAll(async () => {
  tokens = new Map(await Promise.all(roles.map(async ([name, role]) => [name, await tokenOf(name, role)] as const)));
});

describe.each(roles)('%s', (name, { scopes }) => {
  it.each(rows)('may call %s exactly where its scopes say so', async (_key, operation) => {
    const status = await statusOf(tokens.get(name)!, operation);
    const may = scopes.some((scope) => scope === operation.scope);
    expect([operation.routeKey, status === 403]).toEqual([operation.routeKey, !may]);
    expect(status).not.toBe(401);
    expect(status).toBeLessThan(500);
  });

  it('is let through to what is public, as everybody is', async () => {
    for (const operation of operations.filter(({ scope }) => scope === undefined))
      expect([401, 403]).not.toContain(await statusOf(tokens.get(name)!, operation));
  });

  it('has a token that says who calls, by which client, and carries its scopes and no others of the API', () => {
    const claims = decodeJwt(tokens.get(name)!);
    expect(apiScopesOf(tokens.get(name)!)).toEqual([...scopes].sort());
    expect([claims.sub, claims['client_id']]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
    expect(door.authorizer.audience).toContain(claims['client_id']);
  });
});

describe('tokens', () => {
  it('of a person in two roles carry what each of them may', async () => {
    const both = await ofGroups(['revops', 'finance']);
    expect(apiScopesOf(both)).toEqual([
      'arr/read',
      'arr/write',
      'close/write',
      'company/read',
      'company/write',
      'dashboard/read',
      'integrations/read',
      'integrations/write',
      'ledger/read',
      'ledger/write',
      'revops/read',
    ]);
    for (const operation of guarded) expect([401, 403]).not.toContain(await statusOf(both, operation));
  });

  it('of unknown groups carry nothing, whatever they are called, and take nothing from a known one', async () => {
    const unknown = ['Finance', 'finance ', 'admin', 'service', 'arr/read', 'company/write', '__proto__', 'constructor', '*', ''];
    const stranger = await ofGroups(unknown);
    expect(apiScopesOf(stranger)).toEqual([]);
    for (const operation of guarded) expect(await statusOf(stranger, operation)).toBe(403);
    expect(apiScopesOf(await ofGroups([...unknown, 'auditor']))).toEqual([
      'arr/read',
      'company/read',
      'dashboard/read',
      'integrations/read',
      'ledger/read',
      'revops/read',
    ]);
  });

  it('tell two people apart, and a program from people', async () => {
    const [one, other] = await Promise.all([ofGroups(['finance'], 'user-1'), ofGroups(['revops'], 'user-2')]);
    expect([decodeJwt(one!).sub, decodeJwt(other!).sub]).toEqual(['user-1', 'user-2']);
    const program = decodeJwt(tokens.get('service')!);
    expect([program.sub, program['username']]).toEqual([program['client_id'], undefined]);
    expect(program['client_id']).not.toBe(decodeJwt(one!)['client_id']);
  });
});

describe('the declaration', () => {
  it('gives a role that changes nothing no scope that writes, and any other at least one', () => {
    expect(roles.length).toBeGreaterThanOrEqual(7);
    for (const [name, { mayChange, scopes }] of roles)
      expect([name, scopes.some((scope) => !scope.endsWith('/read'))]).toEqual([name, mayChange]);
  });

  it('rests on routes that read by a scope /read, and change something by a scope /write', () => {
    // A question that is longer than a URL may be is posted; nothing is granted to its function that it could change.
    const questions = ['POST /api/v1/recognition/preview'];
    expect(guarded.map(({ routeKey }) => routeKey)).toEqual(expect.arrayContaining(questions));
    for (const { routeKey, method, scope } of guarded)
      expect([routeKey, scope!.split('/')[1]]).toEqual([routeKey, method === 'GET' || questions.includes(routeKey) ? 'read' : 'write']);
  });

  it('lets the auditor read all there is', () => {
    expect(ROLES.auditor.scopes).toEqual(asked.filter((scope) => scope.endsWith('/read')));
  });

  it('names no scope that no route asks for, each once, and leaves no route without a role', () => {
    const given = new Set(roles.flatMap(([, { scopes }]) => scopes as readonly string[]));
    expect([...given].filter((scope) => !asked.includes(scope))).toEqual([]);
    expect(asked.filter((scope) => !given.has(scope))).toEqual([]);
    for (const [name, { scopes }] of roles) expect([name, new Set(scopes).size]).toEqual([name, scopes.length]);
  });

  it('keeps those who run the sources from setting the plan and the rates, and programs from what two people decide', () => {
    expect(ROLES.revops.scopes).not.toContain('company/write');
    expect(ROLES.finance.scopes).not.toContain('integrations/write');
    expect(ROLES.service.scopes).not.toContain('arr/write');
  });

  it('stands in docs/security.md, word by word', () => {
    const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
    const section = page.slice(page.indexOf('\n## Roles'), page.indexOf('\n## Who may call'));
    const rows = section
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(rows).toEqual(
      roles.map(([name, { purpose, scopes }]) => [`\`${name}\``, purpose, scopes.map((scope) => `\`${scope}\``).join(' ') || 'none']),
    );
  });
});
