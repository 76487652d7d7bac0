import type { Attribute, Attributes } from '../../functions/platform/clients/attributes.ts';

/** DynamoDB's condition, key condition, filter and update expressions, as far as our functions write them; anything else is refused by name. */
export interface Expression {
  readonly text: string;
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values?: Attributes | undefined;
}

const TOKEN = /\s*(<>|<=|>=|[=<>(),]|[#:]?[\w.]+)/y;

const tokensOf = (text: string): string[] => {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const found = TOKEN.exec(text);
    if (found?.[1] === undefined) throw new Error(`the simulated table does not read the expression ${text}`);
    tokens.push(found[1]);
  }
  return tokens;
};

const compare = (a: Attribute, b: Attribute): number | undefined => {
  if ('S' in a && 'S' in b) return a.S < b.S ? -1 : a.S > b.S ? 1 : 0;
  if ('N' in a && 'N' in b) return BigInt(a.N) < BigInt(b.N) ? -1 : BigInt(a.N) > BigInt(b.N) ? 1 : 0;
  return undefined;
};

const HOLDS: Readonly<Record<string, (order: number | undefined) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order !== undefined && order < 0,
  '<=': (order) => order !== undefined && order <= 0,
  '>': (order) => order !== undefined && order > 0,
  '>=': (order) => order !== undefined && order >= 0,
};

class Reader {
  readonly #expression: Expression;
  readonly #item: Attributes | undefined;
  readonly #tokens: string[];
  #at = 0;

  constructor(expression: Expression, item: Attributes | undefined) {
    this.#expression = expression;
    this.#item = item;
    this.#tokens = tokensOf(expression.text);
  }

  holds(): boolean {
    const result = this.#or();
    if (this.#at < this.#tokens.length) this.#refuse();
    return result;
  }

  #or(): boolean {
    let result = this.#and();
    while (this.#takes('OR')) result = this.#and() || result;
    return result;
  }

  #and(): boolean {
    let result = this.#term();
    while (this.#takes('AND')) result = this.#term() && result;
    return result;
  }

  #term(): boolean {
    if (this.#takes('NOT')) return !this.#term();
    if (this.#takes('(')) {
      const result = this.#or();
      this.#expect(')');
      return result;
    }
    const called = this.#tokens[this.#at + 1] === '(' ? this.#tokens[this.#at] : undefined;
    return called === undefined ? this.#comparison() : this.#call(called);
  }

  #call(name: string): boolean {
    this.#at += 2;
    const operand = this.#operand();
    if (name === 'begins_with') {
      this.#expect(',');
      const prefix = this.#operand();
      this.#expect(')');
      return operand !== undefined && prefix !== undefined && 'S' in operand && 'S' in prefix && operand.S.startsWith(prefix.S);
    }
    this.#expect(')');
    if (name === 'attribute_exists') return operand !== undefined;
    if (name === 'attribute_not_exists') return operand === undefined;
    return this.#refuse();
  }

  #comparison(): boolean {
    const left = this.#operand();
    const operator = this.#tokens[this.#at]?.toUpperCase() ?? '';
    this.#at += 1;
    if (operator === 'BETWEEN') {
      const from = this.#operand();
      this.#expect('AND');
      const to = this.#operand();
      return left !== undefined && HOLDS['>=']?.(from && compare(left, from)) === true && HOLDS['<=']?.(to && compare(left, to)) === true;
    }
    const holds = HOLDS[operator] ?? this.#refuse();
    const right = this.#operand();
    return holds(left === undefined || right === undefined ? undefined : compare(left, right));
  }

  #operand(): Attribute | undefined {
    const token = this.#tokens[this.#at] ?? this.#refuse();
    this.#at += 1;
    if (token.startsWith(':')) return this.#expression.values?.[token] ?? this.#refuse();
    const name = token.startsWith('#') ? (this.#expression.names?.[token] ?? this.#refuse()) : token;
    return this.#item?.[name];
  }

  #takes(word: string): boolean {
    if (this.#tokens[this.#at]?.toUpperCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #expect(word: string): void {
    if (!this.#takes(word)) this.#refuse();
  }

  #refuse(): never {
    throw new Error(`the simulated table does not read the expression ${this.#expression.text}`);
  }
}

/** Whether a condition holds of an item, or of none. */
export const holds = (expression: Expression, item: Attributes | undefined): boolean => new Reader(expression, item).holds();

const ASSIGNMENT = /^(#?\w+)\s*(=|\s)\s*(:\w+)$/;

/** The item after `SET #a = :a, … ADD #n :n, … REMOVE #r, …`. */
export const updated = ({ text, names, values }: Expression, item: Attributes): Attributes => {
  const changed: Record<string, Attribute> = { ...item };
  const parts = text.split(/\b(SET|ADD|REMOVE)\b/).map((part) => part.trim());
  for (let at = 1; at < parts.length; at += 2) {
    for (const assignment of (parts[at + 1] ?? '').split(',')) {
      if (parts[at] === 'REMOVE') {
        const removed = assignment.trim();
        delete changed[names?.[removed] ?? removed];
        continue;
      }
      const [, token = '', , value = ''] = ASSIGNMENT.exec(assignment.trim()) ?? [];
      const name = names?.[token] ?? token;
      const given = values?.[value];
      if (name === '' || given === undefined) throw new Error(`the simulated table does not read the update ${text}`);
      changed[name] = parts[at] === 'SET' ? given : sumOf(item[name], given);
    }
  }
  return changed;
};

const sumOf = (before: Attribute | undefined, added: Attribute): Attribute => {
  if (!('N' in added) || (before !== undefined && !('N' in before))) throw new Error('the simulated table adds numbers only');
  return { N: String(BigInt(before?.N ?? '0') + BigInt(added.N)) };
};
