import { nowMs } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { tableName } from '../../platform/table.ts';
import type { Section } from '../ledger/columns.ts';
import { joined } from '../ledger/join.ts';
import { readLedger } from '../ledger/read-ledger.ts';
import type { Ledger } from '../ledger/rows.ts';
import { sectionFrom } from '../ledger/segments.ts';
import { readSegments } from '../ledger/store.ts';
import { profileInForce, profileNamed } from '../profiles/presets.ts';
import type { Profile } from '../profiles/profile.ts';
import { decidingContext } from '../records/context.ts';
import { shards } from '../records/store.ts';
import { type Definition, decidedUnder, idOf } from './definition.ts';
import { type AskedLedger, putAskedLedger, readAskedLedgers, readShardHeads, type ShardHead } from './store.ts';

/** That somebody looks at a ledger is noted again after a day, and a ledger that nobody has looked at for a month is forgotten. */
const NOTED_AGAIN_MS = 86_400_000;
const FORGOTTEN_AFTER_SECONDS = 30 * 86_400;

export const expiryOf = (askedAtMs: number): number => Math.floor(askedAtMs / 1_000) + FORGOTTEN_AFTER_SECONDS;

/** How far a ledger is: `making` until every shard is there, decided under the plan rates of now. */
export type LedgerState =
  | { readonly state: 'absent' }
  | { readonly state: 'making'; readonly done: number; readonly of: number }
  | { readonly state: 'ready'; readonly through: number; readonly rows: number };

export const stateOf = (asked: AskedLedger | undefined, heads: readonly ShardHead[], under: string): LedgerState => {
  if (asked === undefined) return { state: 'absent' };
  const made = heads.filter((head) => head.decidedUnder === under);
  if (made.length < shards.length) return { state: 'making', done: made.length, of: shards.length };
  const through = made.reduce((least, head) => Math.min(least, head.through), Number.POSITIVE_INFINITY);
  return { state: 'ready', through, rows: made.reduce((sum, { rows }) => sum + rows, 0) };
};

/** Ledgers of other definitions in this function's memory: a million rows take a hundred megabytes. */
const MAX_KEPT = 2;
const kept = new Map<string, { readonly of: string; readonly section: Section }>();

const readRows = async (ledger: string, heads: readonly ShardHead[]): Promise<Section | undefined> => {
  const of = heads.flatMap(({ shard, segments }) => segments.map(({ key }) => `${shard} ${key}`)).join();
  const key = `${tableName()} ${ledger}`;
  const known = kept.get(key);
  if (known?.of === of) return known.section;
  const sections: Section[] = [];
  for (const { segments } of heads) {
    const bytes = await readSegments(ledger, segments);
    if (bytes === undefined) return undefined;
    sections.push(sectionFrom(bytes));
  }
  const section = joined(sections);
  if (!kept.has(key) && kept.size >= MAX_KEPT) kept.clear();
  kept.set(key, { of, section });
  return section;
};

const callOf = (definition: Definition): string =>
  definition.kind === 'profile'
    ? `POST /api/v1/arr/profiles/${definition.profile.name}/ledger`
    : 'POST /api/v1/arr/comparisons with the same left and right';

const notMade = (definition: Definition, state: LedgerState) =>
  fail(
    'ledger-not-made',
    state.state === 'making'
      ? `The ledger of ${idOf(definition)} is being made: ${state.done} of ${state.of} parts are there. Ask again in a minute; GET /api/v1/arr/profiles says how far it is.`
      : `The ledger of ${idOf(definition)} has not been made: call ${callOf(definition)}; GET /api/v1/arr/profiles says how far it is.`,
  );

const MAX_ATTEMPTS = 5;

/** The ledger of a definition, as it was made last. That it is asked for keeps it up to date for a week. Problem: `ledger-not-made`. */
export const readDecidedLedger = async (definition: Definition): Promise<Result<Ledger, Problem<'ledger-not-made'>>> => {
  const ledger = idOf(definition);
  const asked = (await readAskedLedgers()).find((one) => one.ledger === ledger);
  if (asked !== undefined && nowMs() - asked.askedAtMs > NOTED_AGAIN_MS)
    await putAskedLedger({ ...asked, askedAtMs: nowMs(), expiresAt: expiryOf(nowMs()) });
  const under = decidedUnder(await decidingContext());
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const heads = await readShardHeads(ledger);
    const state = stateOf(asked, heads, under);
    if (state.state !== 'ready') return notMade(definition, state);
    const section = await readRows(ledger, heads);
    if (section !== undefined)
      return ok({ profile: ledger, planCurrency: companyConfig().planCurrency, ...section, through: state.through });
  }
  throw new Error(`segments of the ledger of ${ledger} were replaced at each of ${MAX_ATTEMPTS} attempts to read them`);
};

export interface LedgerOf {
  readonly profile: Profile;
  /** Its name, where it is not in force: what explains a figure by it has to be asked by it. */
  readonly other: string | undefined;
  readonly ledger: Ledger;
}

type AskProblem = Problem<'profile-unknown' | 'ledger-not-made'>;

/** The profile of a name, or that in force. Problem: `profile-unknown`, which names those that there are. */
export const profileAsked = (name: string | undefined, field = 'query.profile'): Result<Profile, Problem<'profile-unknown'>> => {
  const config = companyConfig();
  const profile = name === undefined ? profileInForce(config) : profileNamed(name, config.profiles);
  return profile === undefined
    ? fail('profile-unknown', `There is no profile "${name}"; GET /api/v1/arr/profiles lists those that there are.`, field)
    : ok(profile);
};

/** The ledger of the profile in force, or of the one that is named. */
export const readLedgerOf = async (name: string | undefined): Promise<Result<LedgerOf, AskProblem>> => {
  const asked = profileAsked(name);
  if (!asked.ok) return asked;
  const profile = asked.value;
  if (profile.name === profileInForce(companyConfig()).name) return ok({ profile, other: undefined, ledger: await readLedger() });
  const ledger = await readDecidedLedger({ kind: 'profile', profile });
  return ledger.ok ? ok({ profile, other: profile.name, ledger: ledger.value }) : ledger;
};
