import { openRelay, type RelayedEvent } from '../../local/salesforce/events.ts';
import { openOAuth } from '../../local/salesforce/oauth.ts';
import { openOrg } from '../../local/salesforce/org.ts';
import { openRest } from '../../local/salesforce/rest.ts';
import { to18 } from '../../local/salesforce/schema.ts';
import { CHANNEL_ID, CUSTOM_FIELDS, ORG_ID } from './functions.ts';
import type { Life, SalesforceHappening } from './history.ts';
import type { Answered } from './web-answers.ts';

/** The user as whom the functions read. */
const INTEGRATION_USER = to18('005Hs0000INTEGR');
/** As the org tells it with each answer; far from its limit. */
const USAGE = { 'sforce-limit-info': 'api-usage=10/100000' };

/** Records that a happening changed, by object. */
export interface ChangedRecord {
  readonly entity: string;
  readonly id: string;
}

/** What an org tells of a happening. */
export interface ToldByOrg {
  readonly events: readonly RelayedEvent[];
  readonly records: readonly ChangedRecord[];
}

const answered = ({ status, body }: { readonly status: number; readonly body: unknown }): Answered => ({
  status,
  text: typeof body === 'string' ? body : JSON.stringify(body),
  headers: USAGE,
});

/** The local stand-in of an org without its server: its records as they are at a moment of a life, its sign-in, and what it tells. */
export class SimulatedSalesforce {
  readonly told = new Map<string, ToldByOrg>();
  readonly #org;
  readonly #rest;
  readonly #oauth;
  readonly #nowMs: () => number;

  constructor({ happenings }: Pick<Life, 'happenings'>, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#org = openOrg({ orgId: ORG_ID, customFields: CUSTOM_FIELDS });
    this.#rest = openRest(this.#org);
    this.#oauth = openOAuth(ORG_ID, INTEGRATION_USER, { tokenNow: nowMs });
    const relay = openRelay(this.#org, { channelId: CHANNEL_ID });
    for (const happening of happenings) {
      if (happening.by !== 'salesforce') continue;
      const records = this.#write(happening);
      this.told.set(happening.id, { records, events: relay.take() });
    }
  }

  /** The answer to a request for a token. */
  async signIn(form: URLSearchParams): Promise<Answered> {
    return answered(await this.#oauth.answer(form, undefined, 'https://acme.my.salesforce.com'));
  }

  read({ pathname, searchParams }: URL, authorization: string | undefined): Answered {
    this.#org.moveTo(this.#nowMs());
    if (!this.#oauth.accepts(authorization))
      return answered({ status: 401, body: [{ errorCode: 'INVALID_SESSION_ID', message: 'made up' }] });
    return answered(this.#rest.answer(pathname, searchParams));
  }

  /** In a part of a history, what changes records that nobody made changes nothing. */
  #write({ writes, atMs }: SalesforceHappening): readonly ChangedRecord[] {
    this.#org.moveTo(atMs);
    const possible = writes.filter((write) => write.kind === 'create' || this.#org.find(write.type, write.id) !== undefined);
    if (possible.length === 0) return [];
    return this.#org.commit(possible, { at: atMs }).changes.map(({ type, id }) => ({ entity: type, id }));
  }
}
