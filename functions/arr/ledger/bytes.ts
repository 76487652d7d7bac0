/** Whole numbers with sign as few bytes: the sign in the lowest bit, seven bits a byte, lowest first; a byte of 128 or more goes on. */

/** Bytes of the largest number: 66 bits, in portions of seven. */
const MAX_NUMBER_BYTES = 10;
/** Amounts that stay exact as numbers, with room for their sign. */
const MOST = 2n ** 51n;
/** Bytes whose value surely is exact as a number: below 2^49. */
const PLAIN_BYTES = 7;

type Numbers = Uint32Array | Uint16Array | Uint8Array | Int32Array;

export class ByteWriter {
  #bytes = new Uint8Array(65_536);
  #length = 0;

  /** Exact up to 2^51. */
  number(value: number): void {
    this.#room(MAX_NUMBER_BYTES);
    // Differences of 32 bits take 34 with their sign: arithmetic, where bits end at 32.
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    while (rest > 127) {
      this.#put((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.#put(rest);
  }

  amount(value: bigint): void {
    if (value >= -MOST && value <= MOST) {
      this.number(Number(value));
      return;
    }
    this.#room(MAX_NUMBER_BYTES);
    let rest = value < 0n ? -2n * value - 1n : 2n * value;
    while (rest > 127n) {
      this.#put(Number(rest & 127n) + 128);
      rest >>= 7n;
    }
    this.#put(Number(rest));
  }

  text(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.number(bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #put(byte: number): void {
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    let byte = this.#next();
    // Most take one byte.
    if (byte < 128) return byte & 1 ? -((byte + 1) >> 1) : byte >> 1;
    let value = byte & 127;
    for (let scale = 128; byte > 127; scale *= 128) {
      byte = this.#next();
      value += (byte & 127) * scale;
    }
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  /** Fills a column with numbers, each written as what it differs by from the one before. */
  sums(column: Numbers): void {
    // All of it modulo 2^32, in whole numbers of 32 bits, and into one kind of column: so the loop that most of reading a ledger is runs fastest.
    const values = new Uint32Array(column.length);
    const bytes = this.#bytes;
    let at = this.#at;
    let sum = 0;
    for (let i = 0; i < values.length; i += 1) {
      const [byte, next] = [bytes[at] as number, bytes[at + 1] as number];
      if (byte < 128) {
        sum = (sum + ((byte >>> 1) ^ -(byte & 1))) | 0;
        at += 1;
      } else if (next < 128) {
        const value = (byte & 127) | (next << 7);
        sum = (sum + ((value >>> 1) ^ -(value & 1))) | 0;
        at += 2;
      } else {
        this.#at = at;
        sum = (sum + this.number()) | 0;
        at = this.#at;
      }
      values[i] = sum;
    }
    this.#at = at;
    column.set(values);
  }

  amount(): bigint {
    let end = this.#at;
    while ((this.#bytes[end] as number) > 127) end += 1;
    if (end - this.#at < PLAIN_BYTES) return BigInt(this.number());
    let value = 0n;
    for (let at = end; at >= this.#at; at -= 1) value = (value << 7n) | BigInt((this.#bytes[at] as number) & 127);
    this.#at = end + 1;
    return value & 1n ? -((value + 1n) >> 1n) : value >> 1n;
  }

  text(): string {
    const length = this.number();
    const text = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, length).toString('utf8');
    this.#at += length;
    return text;
  }

  isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  #next(): number {
    const byte = this.#bytes[this.#at] as number;
    this.#at += 1;
    return byte;
  }
}
