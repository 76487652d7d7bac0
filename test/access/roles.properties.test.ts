import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ROLES, type Role, scopesOfGroups } from '../../functions/access/roles.ts';

const people = Object.entries<Role>(ROLES).filter(([, { holder }]) => holder === 'person');
const known = new Map(people.map(([name, { scopes }]) => [name, scopes]));
const groups = fc.array(fc.oneof(fc.constantFrom(...known.keys(), 'service', 'FINANCE', '__proto__', 'toString'), fc.string()), {
  maxLength: 8,
});

test('scopes of groups are those of every role among them, each once, and of nothing else', () => {
  fc.assert(
    fc.property(groups, (some) => {
      const scopes = scopesOfGroups(some);
      expect(new Set(scopes).size).toBe(scopes.length);
      expect(new Set(scopes)).toEqual(new Set(some.flatMap((group) => known.get(group) ?? [])));
    }),
  );
});

test('neither the order of groups nor a group that is named twice makes a difference, and one more takes nothing away', () => {
  fc.assert(
    fc.property(groups, groups, (some, more) => {
      expect(scopesOfGroups([...some].reverse())).toEqual(scopesOfGroups([...some, ...some]));
      const all = scopesOfGroups([...some, ...more]);
      for (const scope of scopesOfGroups(some)) expect(all).toContain(scope);
    }),
  );
});

test('groups of roles that change nothing never add up to a scope that writes', () => {
  const quiet = people.filter(([, { mayChange }]) => !mayChange).map(([name]) => name);
  expect(quiet).toEqual(['executive', 'sales-manager', 'rep', 'auditor']);
  fc.assert(
    fc.property(fc.subarray(quiet), (some) => {
      expect(scopesOfGroups(some).filter((scope) => !scope.endsWith('/read'))).toEqual([]);
    }),
  );
});
