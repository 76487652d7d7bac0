import { grown } from './grown.ts';

/** No line. */
const NONE = -1;
const FIRST_OPEN = 1024;

/**
 * Lines of other currencies under the attributes that they had ARR under: what each has in its own money, and what that was told as. A line is
 * found among those few that have its key.
 */
export class OpenLines {
  length = 0;
  own = new BigInt64Array(FIRST_OPEN);
  told = new BigInt64Array(FIRST_OPEN);
  attributes = new Uint32Array(FIRST_OPEN);
  /** A row like those of its FX. */
  row = new Uint32Array(FIRST_OPEN);
  readonly #head: Int32Array;
  #next = new Int32Array(FIRST_OPEN);

  constructor(lines: number) {
    this.#head = new Int32Array(lines).fill(NONE);
  }

  /** The place of a line under some attributes, a new one where it had none. */
  find(line: number, attributes: number, row: number): number {
    const first = this.#head[line] as number;
    for (let at = first; at !== NONE; at = this.#next[at] as number) if (this.attributes[at] === attributes) return at;
    if (this.length === this.own.length) this.#grow();
    const at = this.length;
    this.length += 1;
    this.#head[line] = at;
    this.#next[at] = first;
    this.attributes[at] = attributes;
    this.row[at] = row;
    return at;
  }

  #grow(): void {
    this.own = grown(this.own, 2 * this.length);
    this.told = grown(this.told, 2 * this.length);
    this.attributes = grown(this.attributes, 2 * this.length);
    this.row = grown(this.row, 2 * this.length);
    this.#next = grown(this.#next, 2 * this.length);
  }
}
