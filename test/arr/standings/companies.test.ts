import { expect, it } from 'vitest';
import { companyOf } from '../../../functions/arr/standings/companies.ts';

const member = (customerId: string, parentId?: string, others?: readonly string[]) => ({
  customerId,
  ...(parentId === undefined ? {} : { parentId }),
  ...(others === undefined ? {} : { others }),
});

it('is the topmost parent, whoever asks first', () => {
  const members = [member('a', 'b'), member('b', 'c'), member('c'), member('d')];
  for (const asked of [
    ['a', 'b', 'c', 'd'],
    ['d', 'c', 'b', 'a'],
  ]) {
    const of = companyOf(members);
    const found = asked.map((id): readonly [string, string] => [id, of(id)]);
    expect(new Map(found)).toEqual(
      new Map([
        ['a', 'c'],
        ['b', 'c'],
        ['c', 'c'],
        ['d', 'd'],
      ]),
    );
  }
});

it('is a parent that is no customer itself, by its own id', () => {
  expect(companyOf([member('a', 'holding')])('a')).toBe('holding');
});

it('is the customer with which a parent is one', () => {
  const of = companyOf([member('a', 'billed'), member('crm', undefined, ['billed'])]);
  expect([of('a'), of('billed'), of('crm')]).toEqual(['crm', 'crm', 'crm']);
});

it('is the smallest id of parents that lead round in a circle, from wherever', () => {
  const members = [member('x', 'c'), member('c', 'b'), member('b', 'a'), member('a', 'c'), member('self', 'self')];
  const of = companyOf(members);
  expect(['x', 'c', 'b', 'a', 'self'].map(of)).toEqual(['a', 'a', 'a', 'a', 'self']);
});
