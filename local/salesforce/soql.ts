import { type FieldType, type ObjectType, type Schema, schemaOf, type Value } from './schema.ts';

/**
 * The part of SOQL that a sync asks in: `SELECT` fields `FROM` one object, `WHERE` comparisons, `IN` and `LIKE` joined by `AND`, `ORDER BY`, `LIMIT`.
 * Names and words in any case. What is outside of it is refused like a query that is malformed.
 */
export interface Query {
  readonly type: ObjectType;
  readonly fields: readonly string[];
  readonly conditions: readonly Condition[];
  readonly order: readonly Order[];
  readonly limit: number | undefined;
}

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN';

export interface Condition {
  readonly field: string;
  readonly form: FieldType;
  readonly operator: Operator;
  /** One, or for `IN` several. Of `LIKE`: the pattern as it is written, with its escapes. */
  readonly values: readonly Value[];
}

export interface Order {
  readonly field: string;
  readonly form: FieldType;
  readonly isDescending: boolean;
  readonly nullsLast: boolean;
}

/** Why a query is refused, as the API says it. */
export class SoqlProblem extends Error {
  readonly errorCode: string;
  constructor(errorCode: 'MALFORMED_QUERY' | 'INVALID_FIELD' | 'INVALID_TYPE', message: string) {
    super(message);
    this.errorCode = errorCode;
  }
}

type TokenKind = 'datetime' | 'date' | 'number' | 'string' | 'word' | 'sign' | 'end';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** From 0. */
  readonly at: number;
}

const TOKENS: readonly (readonly [Exclude<TokenKind, 'end'>, string])[] = [
  ['datetime', String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)`],
  ['date', String.raw`\d{4}-\d\d-\d\d`],
  ['number', String.raw`[+-]?\d+(?:\.\d+)?`],
  ['string', String.raw`'(?:[^'\\]|\\.)*'`],
  ['word', String.raw`[A-Za-z_][\w.]*`],
  ['sign', '<=|>=|!=|<>|[=<>(),]'],
];
const TOKEN = new RegExp(`\\s*(?:${TOKENS.map(([kind, pattern]) => `(?<${kind}>${pattern})`).join('|')})`, 'y');

const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  while (text.slice(at).trim() !== '') {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const found = Object.entries(match?.groups ?? {}).find(([, value]) => value !== undefined);
    if (match === null || found === undefined)
      throw new SoqlProblem('MALFORMED_QUERY', `line 1:${at} no viable alternative at character '${text.slice(at).trim().charAt(0)}'`);
    at = TOKEN.lastIndex;
    tokens.push({ kind: found[0] as TokenKind, text: found[1] ?? '', at: at - (found[1]?.length ?? 0) });
  }
  return [...tokens, { kind: 'end', text: '<EOF>', at: text.length }];
};

/** A text without its quotes and escapes. */
const unquoted = (text: string): string =>
  text.slice(1, -1).replace(/\\(.)/g, (_, character: string) => ({ n: '\n', r: '\r', t: '\t' })[character] ?? character);

/** The kinds of literal that each type of field is compared with. */
const LITERALS: Readonly<Record<FieldType, TokenKind | undefined>> = {
  id: 'string',
  string: 'string',
  number: 'number',
  boolean: 'word',
  date: 'date',
  datetime: 'datetime',
  address: undefined,
};
const OPERATORS: Readonly<Record<string, Operator>> = { '=': '=', '!=': '!=', '<>': '!=', '<': '<', '<=': '<=', '>': '>', '>=': '>=' };

interface Found {
  readonly field: string;
  readonly form: FieldType;
}

const fits = ({ kind, text }: Token, form: FieldType): boolean =>
  kind === LITERALS[form] && (form !== 'boolean' || /^(?:true|false)$/i.test(text));

const mismatch = ({ field, form }: Found): SoqlProblem => {
  const quotes = LITERALS[form] === 'string' ? 'should be enclosed in quotes' : 'should not be enclosed in quotes';
  const kind = form === 'datetime' ? 'dateTime' : form;
  return new SoqlProblem('INVALID_FIELD', `value of filter criterion for field '${field}' must be of type ${kind} and ${quotes}`);
};

const literalValue = (text: string, form: FieldType, operator: Operator): Value => {
  switch (form) {
    case 'number':
      return Number(text);
    case 'boolean':
      return text.toLowerCase() === 'true';
    case 'id':
    case 'string':
      return operator === 'LIKE' ? text.slice(1, -1) : unquoted(text);
    default:
      return text;
  }
};

export const parseSoql = (text: string, schema: Schema): Query => {
  const tokens = tokensOf(text);
  let next = 0;
  let type: ObjectType | undefined;

  const peek = (): Token => tokens[next] ?? { kind: 'end', text: '<EOF>', at: text.length };
  const unexpected = (): SoqlProblem => new SoqlProblem('MALFORMED_QUERY', `unexpected token: '${peek().text}'`);
  const take = (kind: TokenKind): Token => {
    const token = peek();
    if (token.kind !== kind) throw unexpected();
    next += 1;
    return token;
  };
  const isNext = (...words: readonly string[]): boolean =>
    words.every((word, i) => tokens[next + i]?.kind !== 'string' && tokens[next + i]?.text.toUpperCase() === word);
  const skip = (...words: readonly string[]): boolean => {
    const there = isNext(...words);
    if (there) next += words.length;
    return there;
  };
  const need = (...words: readonly string[]): void => {
    if (!skip(...words)) throw unexpected();
  };
  const listed = <T>(one: () => T): readonly T[] => {
    const list = [one()];
    while (skip(',')) list.push(one());
    return list;
  };

  const known = ({ text: name, at }: Token): Found => {
    const object = type ?? 'Account';
    const found = [...schemaOf(schema, object).fields].find(([field]) => field.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return { field: found[0], form: found[1] };
    const line = text.replace(/\s/g, ' ');
    throw new SoqlProblem(
      'INVALID_FIELD',
      `\n${line}\n${' '.repeat(at)}^\nERROR at Row:1:Column:${at + 1}\nNo such column '${name}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
    );
  };

  const literal = (found: Found, operator: Operator): Value => {
    if (skip('NULL')) return null;
    const token = peek();
    if (token.kind === 'end' || token.kind === 'sign') throw unexpected();
    if (!fits(token, found.form)) throw mismatch(found);
    next += 1;
    return literalValue(token.text, found.form, operator);
  };

  const condition = (): Condition => {
    const found = known(take('word'));
    if (found.form === 'address') throw new SoqlProblem('INVALID_FIELD', `field '${found.field}' can not be filtered in a query call`);
    if (skip('IN')) {
      need('(');
      const values = listed(() => literal(found, 'IN'));
      need(')');
      return { ...found, operator: 'IN', values };
    }
    if (skip('LIKE')) {
      if (found.form !== 'string') throw new SoqlProblem('INVALID_FIELD', `invalid operator on ${found.form} field '${found.field}'`);
      return { ...found, operator: 'LIKE', values: [literal(found, 'LIKE')] };
    }
    const operator = OPERATORS[peek().text];
    if (operator === undefined) throw unexpected();
    next += 1;
    return { ...found, operator, values: [literal(found, operator)] };
  };
  const conditions = (): readonly Condition[] => {
    const list = [condition()];
    while (skip('AND')) list.push(condition());
    return list;
  };
  const order = (): Order => {
    const found = known(take('word'));
    const isDescending = skip('DESC');
    if (!isDescending) skip('ASC');
    const nullsLast = skip('NULLS', 'LAST');
    if (!nullsLast) skip('NULLS', 'FIRST');
    return { ...found, isDescending, nullsLast };
  };

  need('SELECT');
  const selected = listed(() => take('word'));
  need('FROM');
  const from = take('word').text;
  type = [...schema.keys()].find((name) => name.toLowerCase() === from.toLowerCase());
  if (type === undefined) throw new SoqlProblem('INVALID_TYPE', `sObject type '${from}' is not supported.`);
  const query = {
    type,
    fields: selected.map((token) => known(token).field),
    conditions: skip('WHERE') ? conditions() : [],
    order: skip('ORDER', 'BY') ? listed(order) : [],
    limit: skip('LIMIT') ? Number(take('number').text) : undefined,
  };
  take('end');
  return query;
};
