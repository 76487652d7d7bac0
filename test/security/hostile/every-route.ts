import { operations } from '../operations.ts';
import type { Chance } from './chance.ts';
import { JSON_TYPE, type Makers } from './request.ts';
import { encoded, nested, PROTOTYPE_KEYS, STRANGE_TEXTS } from './strange-texts.ts';

const PATH_TRICKS: readonly ((path: string, chance: Chance) => string)[] = [
  (path) => `/${path}`,
  (path) => `//evil.example${path}`,
  (path) => `http://evil.example${path}`,
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `${path}/..`,
  (path) => `${path}/../..${path}`,
  (path) => `${path}/%2e%2e/%2e%2e/local/token`,
  (path) => `${path}%00`,
  (path) => `${path}%`,
  (path) => `${path}%zz`,
  (path) => `${path}%c0%ae%c0%ae`,
  (path) => `${path};a=b`,
  (path) => `${path}%2f..%2f..`,
  (path) => `${path}\\..\\..`,
  (path) => path.toUpperCase(),
  (path) => path.replace('/', '/./'),
  (path, chance) => path.replace(/[^/]+$/, 'a'.repeat(1 + chance.below(7_000))),
  (path, chance) => path.replace(/[^/]+$/, encoded(chance.of(STRANGE_TEXTS))),
  (path, chance) => path.replace(/[^/]+$/, chance.of(PROTOTYPE_KEYS)),
  (path, chance) => path + '/x'.repeat(chance.below(500)),
];

const METHODS = ['PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'HEAD', 'POST', 'PUT', 'GET', 'QUERY'];

/** For every route there is. */
export const OF_EVERY_ROUTE: Makers = {
  'another method': ({ template, method }, chance) => {
    const offered = operations.filter((other) => other.template === template).map((other) => other.method);
    return { must: 'refused', method: chance.of(METHODS.filter((one) => one !== method && !offered.includes(one))) };
  },
  'a path trick': ({ bare }, chance) => ({ must: 'answered', path: chance.of(PATH_TRICKS)(bare, chance) }),
  'a flood of headers': (_, chance) => ({
    must: 'answered',
    headers: Array.from({ length: chance.below(400) }, (_none, at) => [`x-${at}`, 'v'.repeat(chance.below(60))] as const),
  }),
  'strange headers': (_, chance) => ({
    must: 'answered',
    headers: Array.from(
      { length: 1 + chance.below(6) },
      () =>
        [
          chance.of([
            'accept',
            'if-none-match',
            'if-match',
            'content-type',
            'cookie',
            'range',
            'x-forwarded-for',
            'x-http-method-override',
            ...PROTOTYPE_KEYS,
          ]),
          chance.of([
            '*',
            'W/"',
            '"x",',
            ';q=',
            'application/json;q=abc',
            'a=b; __proto__=c',
            'DELETE',
            'bytes=0-',
            'x'.repeat(3_000),
            '\u00ff',
            '*/*;q=0',
          ]),
        ] as const,
    ),
  }),
  'a body where none belongs': (_, chance) => ({
    must: 'answered',
    body: chance.of([nested(5_000, chance), 'x'.repeat(50_000), chance.bytes(200), '{}']),
    headers: chance.of([JSON_TYPE, []]),
  }),
  'a path that the function cannot decode': ({ bare, method }, chance) => ({
    must: 'answered',
    event: {
      rawPath: chance.of([`${bare}%`, `${bare}/%ff`, '', '/', '//', '\u0000', 'x'.repeat(10_000), bare.replace(/[^/]+$/, '%E0%A4%A')]),
      headers: {},
      isBase64Encoded: chance.below(2) === 0,
      ...(method === 'GET' ? {} : { body: '%' }),
    },
  }),
};
