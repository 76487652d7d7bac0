import { nowMs } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import { PRESET_NAMES, SWITCH_NAMES, type Switches } from '../../platform/config-profiles.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { readLedger } from '../ledger/read-ledger.ts';
import { NAMES_ONLY } from '../profiles/compare.ts';
import { PRESETS, profileInForce, profileNamed } from '../profiles/presets.ts';
import { type Profile, versionOf } from '../profiles/profile.ts';
import { decidingContext } from '../records/context.ts';
import { type Definition, decidedUnder, definitionNamed, idOf, namesOf } from './definition.ts';
import { expiryOf, type LedgerState, profileAsked, stateOf } from './read-decided.ts';
import { type AskedLedger, putAskedLedger, readAskedLedgers, readShardHeads } from './store.ts';

/** Ledgers that are kept beside that of the profile in force. */
const MAX_LEDGERS = 20;

const stateAnswer = (state: LedgerState) =>
  state.state === 'ready' ? { ...state, through: new Date(state.through * 1_000).toISOString() } : state;

const switchesOf = (profile: Profile): Record<string, string | number> =>
  Object.fromEntries(SWITCH_NAMES.map((name: keyof Switches) => [name, profile[name]]));

/** All presets and the company's own profiles, with their switches and what ledger there is of each; and the comparisons that were asked for. */
export const listProfiles = async () => {
  const config = companyConfig();
  const [asked, context, { through }] = await Promise.all([readAskedLedgers(), decidingContext(), readLedger()]);
  const under = decidedUnder(context);
  const states = new Map(
    await Promise.all(asked.map(async (one) => [one.ledger, stateOf(one, await readShardHeads(one.ledger), under)] as const)),
  );
  const stateNow = (definition: Definition): LedgerState => states.get(idOf(definition)) ?? { state: 'absent' };
  const inForce = profileInForce(config);
  const names = [...Object.keys(PRESETS), ...config.profiles.map(({ name }) => name)];
  return {
    inForce: inForce.name,
    switches: SWITCH_NAMES.map((name) => ({ name, decidesArr: !NAMES_ONLY.has(name) })),
    items: names.map((name) => {
      const profile = profileNamed(name, config.profiles) as Profile;
      const isInForce = name === inForce.name;
      return {
        profile: name,
        profileVersion: versionOf(profile),
        isPreset: PRESET_NAMES.some((preset) => preset === name),
        isInForce,
        switches: switchesOf(profile),
        ledger: isInForce
          ? { state: 'recorded' as const, through: new Date(through * 1_000).toISOString() }
          : stateAnswer(stateNow({ kind: 'profile', profile })),
      };
    }),
    comparisons: asked.flatMap((one) => {
      const definition = definitionNamed(one, config.profiles);
      if (definition?.kind !== 'comparison' || idOf(definition) !== one.ledger) return [];
      return [{ left: one.left, right: one.right ?? '', ledger: stateAnswer(stateNow(definition)) }];
    }),
  };
};

/** Notes that a ledger is wanted as of now: the task makes it, or brings it up to date. Problem: `ledgers-full`. */
const want = async (definition: Definition, askedBy: string): Promise<Result<LedgerState, Problem<'ledgers-full'>>> => {
  const [ledger, now, all] = [idOf(definition), nowMs(), await readAskedLedgers()];
  const known = all.find((one) => one.ledger === ledger);
  if (known === undefined && all.length >= MAX_LEDGERS)
    return fail(
      'ledgers-full',
      `At most ${MAX_LEDGERS} ledgers are kept beside that of the profile in force; one that nobody looks at for a month is forgotten.`,
    );
  const asked: AskedLedger = {
    ...namesOf(definition),
    ledger,
    askedBy: known?.askedBy ?? askedBy,
    askedAtMs: now,
    wantedAtMs: now,
    expiresAt: expiryOf(now),
  };
  await putAskedLedger(asked);
  return ok(stateOf(asked, await readShardHeads(ledger), decidedUnder(await decidingContext())));
};

/** Asks for the ledger of a profile. That of the profile in force is recorded as facts come. Problems: `profile-unknown`, `ledgers-full`. */
export const wantProfileLedger = async (name: string, askedBy: string) => {
  const asked = profileAsked(name, 'path.profile');
  if (!asked.ok) return asked;
  const profile = asked.value;
  const head = { profile: profile.name, profileVersion: versionOf(profile) };
  if (profile.name === profileInForce(companyConfig()).name) {
    const { through } = await readLedger();
    return ok({ ...head, ledger: { state: 'recorded' as const, through: new Date(through * 1_000).toISOString() } });
  }
  const state = await want({ kind: 'profile', profile }, askedBy);
  return state.ok ? ok({ ...head, ledger: stateAnswer(state.value) }) : state;
};

export interface ComparisonWanted {
  readonly left: string;
  readonly right: string;
}

/** The definition of a comparison. Problems: `profile-unknown`, `profiles-same`. */
export const comparisonAsked = (
  { left, right }: ComparisonWanted,
  place: 'query' | 'body',
): Result<Definition & { readonly kind: 'comparison' }, Problem<'profile-unknown' | 'profiles-same'>> => {
  const [one, other] = [profileAsked(left, `${place}.left`), profileAsked(right, `${place}.right`)];
  if (!one.ok) return one;
  if (!other.ok) return other;
  if (left === right)
    return fail('profiles-same', `A profile differs by nothing from itself: compare ${left} with another one.`, `${place}.right`);
  return ok({ kind: 'comparison', left: one.value, right: other.value });
};

/** Asks for the ledger of a comparison. Problems: `profile-unknown`, `profiles-same`, `ledgers-full`. */
export const wantComparison = async (wanted: ComparisonWanted, askedBy: string) => {
  const definition = comparisonAsked(wanted, 'body');
  if (!definition.ok) return definition;
  const state = await want(definition.value, askedBy);
  return state.ok ? ok({ ...wanted, ledger: stateAnswer(state.value) }) : state;
};
