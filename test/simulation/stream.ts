import type { Random } from '../../demo/random.ts';
import type { Attributes } from '../../functions/platform/clients/attributes.ts';
import type { Agenda } from './agenda.ts';
import type { Chance } from './chance.ts';
import type { Change } from './table.ts';

/** A record as the stream's readers see it. */
export interface StreamRecord {
  readonly eventName: Change['kind'];
  readonly dynamodb: { readonly SequenceNumber: string; readonly NewImage: Attributes };
  readonly label: string;
}

/** Takes a batch, and says whether it did. */
export type Take = (records: readonly StreamRecord[], done: (succeeded: boolean) => void) => void;

const BATCH = 10;
const AGAIN_MS = 1_000;

/** One reader of one shard: batches in order, one after another, the same record first until its batch succeeded. */
export class ShardReader {
  readonly #records: StreamRecord[];
  #position = 0;
  #isReading = false;
  readonly #name: string;
  readonly #agenda: Agenda;
  readonly #chance: Chance;
  readonly #befalls: (what: string, random: Random) => boolean;
  readonly #take: Take;

  constructor(
    name: string,
    records: StreamRecord[],
    agenda: Agenda,
    chance: Chance,
    befalls: (what: string, random: Random) => boolean,
    take: Take,
  ) {
    this.#name = name;
    this.#records = records;
    this.#agenda = agenda;
    this.#chance = chance;
    this.#befalls = befalls;
    this.#take = take;
  }

  get behind(): number {
    return this.#records.length - this.#position;
  }

  wake(): void {
    if (this.#isReading || this.behind === 0) return;
    this.#isReading = true;
    const random = this.#chance.of(this.#chance.occurrence(`${this.#name} read`));
    this.#agenda.in(random.below(100), () => this.#read(random.below(BATCH) + 1));
  }

  #read(size: number): void {
    const batch = this.#records.slice(this.#position, this.#position + size);
    this.#take(batch, (succeeded) => {
      // The reader itself may be lost behind a success: what it took comes again.
      const name = this.#chance.occurrence(`${this.#name} ${batch[0]?.label}`);
      const isLost = succeeded && this.#befalls(`${name}: its position is lost`, this.#chance.of(name));
      if (succeeded && !isLost) this.#position += batch.length;
      this.#agenda.in(succeeded ? 0 : AGAIN_MS, () => {
        this.#isReading = false;
        this.wake();
      });
    });
  }
}
