import type { Attributes } from '../../functions/platform/clients/attributes.ts';
import type { Surroundings } from './surroundings.ts';
import type { Change } from './table.ts';

/** A record as the stream's readers see it. */
export interface StreamRecord {
  readonly eventName: Change['kind'];
  readonly dynamodb: { readonly SequenceNumber: string; readonly NewImage: Attributes };
  readonly label: string;
}

/** Takes a batch, and says whether it did. */
export type Take = (records: readonly StreamRecord[], done: (succeeded: boolean) => void) => void;

/** The type of the event that an item carries. */
const typeOf = ({ event }: Attributes): string | undefined => {
  const type = event !== undefined && 'M' in event ? event.M['type'] : undefined;
  return type !== undefined && 'S' in type ? type.S : undefined;
};

const BATCH = 10;
const AGAIN_MS = 1_000;
const LONGEST_AGAIN_MS = 60_000;

/** One reader of one shard: batches in order, one after another, the same record first until its batch succeeded. */
export class ShardReader {
  readonly #name: string;
  readonly #records: StreamRecord[] = [];
  readonly #accepts: (type: string) => boolean;
  readonly #around: Surroundings;
  readonly #take: Take;
  #position = 0;
  #isReading = false;
  #failures = 0;

  constructor(name: string, accepts: (type: string) => boolean, around: Surroundings, take: Take) {
    this.#name = name;
    this.#accepts = accepts;
    this.#around = around;
    this.#take = take;
  }

  get behind(): number {
    return this.#records.length - this.#position;
  }

  /** What the reader's filter lets through: new items that carry an event of some types. */
  put(record: StreamRecord): void {
    const type = record.eventName === 'INSERT' ? typeOf(record.dynamodb.NewImage) : undefined;
    if (type === undefined || !this.#accepts(type)) return;
    this.#records.push(record);
    this.#wake();
  }

  #wake(): void {
    if (this.#isReading || this.behind === 0) return;
    this.#isReading = true;
    const { agenda, chance } = this.#around;
    const random = chance.of(chance.occurrence(`${this.#name} read`));
    agenda.in(random.below(100), () => this.#read(random.below(BATCH) + 1));
  }

  #read(size: number): void {
    const { agenda, chance } = this.#around;
    const batch = this.#records.slice(this.#position, this.#position + size);
    this.#take(batch, (succeeded) => {
      // The reader itself may be lost behind a success: what it took comes again.
      const name = chance.occurrence(`${this.#name} ${batch[0]?.label}`);
      const isLost = succeeded && this.#around.mayBefall(`${name}: its position is lost`, chance.of(name));
      if (succeeded && !isLost) this.#position += batch.length;
      this.#failures = succeeded ? 0 : this.#failures + 1;
      agenda.in(succeeded ? 0 : Math.min(LONGEST_AGAIN_MS, AGAIN_MS * 2 ** (this.#failures - 1)), () => {
        this.#isReading = false;
        this.#wake();
      });
    });
  }
}
