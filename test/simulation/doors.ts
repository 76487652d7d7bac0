import { createHmac } from 'node:crypto';
import type { Random } from '../../demo/random.ts';
import { signatureHeader } from '../../demo/webhook-sender.ts';
import { httpEvent } from '../support/http.ts';
import { againAfterMs, type Invoke, statusOf } from './answered.ts';
import type { Buses } from './buses.ts';
import { Controllers } from './controllers.ts';
import { lossOf } from './faults.ts';
import { ORG_ID, SIGNING_SECRET } from './functions.ts';
import type { Happening, RatesHappening, SalesforceHappening, StripeHappening } from './history.ts';
import type { SimulatedSalesforce } from './salesforce.ts';
import type { Surroundings } from './surroundings.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
/** Between two events where all goes well: the batches of a busy hour. */
const IN_ORDER_MS = 10;
/** Everybody who tells Ascent of something, each until it was answered 2xx. */
export class Doors {
  readonly #around: Surroundings;
  readonly #buses: Buses;
  readonly #invoke: Invoke;
  readonly #org: SimulatedSalesforce;
  /** What the treasurer has yet to load, one after the other. */
  readonly #rates: RatesHappening[] = [];
  #isLoading = false;
  readonly #controllers: Controllers;

  constructor(around: Surroundings, buses: Buses, org: SimulatedSalesforce, invoke: Invoke) {
    this.#around = around;
    this.#org = org;
    this.#buses = buses;
    this.#invoke = invoke;
    this.#controllers = new Controllers(around, invoke);
  }

  /** Enters on the agenda when each happening is told. */
  open(happenings: readonly Happening[]): void {
    const { agenda, chance } = this.#around;
    // One person loads what corrects each other.
    let loadedMs = 0;
    let ruledMs = 0;
    for (const [n, happening] of happenings.entries()) {
      const random = chance.of(`tell ${happening.id}`);
      const dueMs = this.#dueMs(n, happening);
      if (happening.by === 'treasurer') {
        loadedMs = Math.max(loadedMs, dueMs);
        agenda.at(loadedMs, () => this.#loads(happening));
        continue;
      }
      if (happening.by === 'controllers') {
        // One ends what was adjusted before.
        ruledMs = Math.max(ruledMs, dueMs);
        agenda.at(ruledMs, () => this.#controllers.rule(happening));
        continue;
      }
      if (happening.by === 'salesforce') {
        this.#tellOfOrg(happening, dueMs, random);
        continue;
      }
      agenda.at(dueMs, () => this.#send(happening, 1));
      if (this.#around.mayBefall(`${happening.id}: sent twice`, random))
        agenda.at(dueMs + random.below(30 * SECOND), () => this.#send(happening, 1));
      if (this.#around.mayBefall(`${happening.id}: on the partner bus, too`, random))
        agenda.at(dueMs + random.below(30 * SECOND), () => this.#buses.toPartnerBus(happening.event as { id: string; type: string }));
    }
  }

  /** In order, or as the net has it: most of them close to each other, a few far too late. */
  #dueMs(n: number, { id, atMs }: Happening): number {
    const { agenda, chance, history, isRandom } = this.#around;
    const isLive = history.life.pace === 'live';
    if (!isRandom) return isLive ? atMs : agenda.nowMs + n * IN_ORDER_MS;
    const random = chance.of(`delay ${id}`);
    if (!isLive) return agenda.nowMs + random.below(random.chance(200) ? 120 * SECOND : 3 * SECOND);
    return atMs + random.below(random.chance(800) ? 3 * SECOND : random.chance(800) ? 6 * HOUR : 72 * HOUR);
  }

  /** What was in the org before it was connected, nobody tells. What its relay loses, only a sync finds. */
  #tellOfOrg({ id, door }: SalesforceHappening, dueMs: number, random: Random): void {
    const { agenda, history } = this.#around;
    const told = this.#org.told.get(id);
    if (told === undefined || told.records.length === 0 || history.life.pace === 'import') return;
    if (door === 'callout') {
      const body = JSON.stringify({ organizationId: ORG_ID, records: told.records });
      agenda.at(dueMs, () => this.#callOut(id, body, 1));
      return;
    }
    if (this.#around.mayBefall(lossOf(id), random)) return;
    for (const [n, event] of told.events.entries()) {
      const eventId = `${id} ${n + 1}`;
      agenda.at(dueMs, () => this.#buses.toOrgBus(eventId, event));
      if (this.#around.mayBefall(`${eventId}: relayed twice`, random))
        agenda.at(dueMs + random.below(30 * SECOND), () => this.#buses.toOrgBus(eventId, event));
    }
  }

  /** The org's code tries until it was answered 200, each time signed anew. */
  #callOut(id: string, body: string, attempt: number): void {
    const { agenda } = this.#around;
    const timestamp = String(agenda.nowMs);
    const signature = createHmac('sha256', SIGNING_SECRET).update(`${timestamp}.${body}`).digest('base64');
    const headers = { 'content-type': 'application/json', 'x-timestamp': timestamp, 'x-signature': signature };
    const request = { headers, body, isBase64Encoded: false, pathParameters: { instance: 'main' } };
    this.#invoke('salesforce-ingest', id, request, (answer) => {
      if (statusOf(answer) !== 200) agenda.in(againAfterMs(attempt), () => this.#callOut(id, body, attempt + 1));
    });
  }

  #loads(happening: RatesHappening): void {
    this.#rates.push(happening);
    this.#loadNext();
  }

  /** Stripe sends until it is answered 2xx, each time signed anew. */
  #send(happening: StripeHappening, attempt: number): void {
    const { agenda, history } = this.#around;
    const body = JSON.stringify(happening.event);
    const signature = signatureHeader(body, SIGNING_SECRET, Math.floor(agenda.nowMs / SECOND));
    this.#invoke('ingest', happening.id, { headers: { 'stripe-signature': signature }, body, isBase64Encoded: false }, (answer) => {
      const isOver = statusOf(answer) === 200 || history.without === 'durable answer';
      if (!isOver) agenda.in(againAfterMs(attempt), () => this.#send(happening, attempt + 1));
    });
  }

  #loadNext(): void {
    const [next] = this.#rates;
    if (next === undefined || this.#isLoading) return;
    this.#isLoading = true;
    this.#load(next, 1);
  }

  #load(happening: RatesHappening, attempt: number): void {
    const request = { body: { rates: happening.rates }, scopes: ['company/write'] };
    this.#invoke('company-api', happening.id, httpEvent('PUT', '/api/v1/fx/rates', request), (answer) => {
      if (statusOf(answer) !== 200) return this.#around.agenda.in(againAfterMs(attempt), () => this.#load(happening, attempt + 1));
      this.#rates.shift();
      this.#isLoading = false;
      return this.#loadNext();
    });
  }
}
