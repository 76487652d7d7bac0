import { type OwnProfile, SWITCH_NAMES, type SwitchName } from '../../platform/config-profiles.ts';
import type { Context } from '../lines/values.ts';
import { profileNamed } from '../profiles/presets.ts';
import { nameWithVersion, type Profile } from '../profiles/profile.ts';
import { RULES_VERSION } from '../records/codec.ts';

/** What a ledger is of that is decided from all facts: movements under a profile, or what two profiles differ by. */
export type Definition =
  | { readonly kind: 'profile'; readonly profile: Profile }
  | { readonly kind: 'comparison'; readonly left: Profile; readonly right: Profile };

/** Names a ledger by what it was decided by: a profile that is changed has another one. */
export const idOf = (definition: Definition): string =>
  definition.kind === 'profile'
    ? nameWithVersion(definition.profile)
    : `${nameWithVersion(definition.left)}..${nameWithVersion(definition.right)}`;

/** The profiles of a ledger by their names. */
export interface Named {
  readonly left: string;
  /** Only of a comparison. */
  readonly right?: string | undefined;
}

export const namesOf = (definition: Definition): Named =>
  definition.kind === 'profile' ? { left: definition.profile.name } : { left: definition.left.name, right: definition.right.name };

/** The definition of a ledger as the configuration has it now; undefined where a profile is not there any more. */
export const definitionNamed = ({ left, right }: Named, own: readonly OwnProfile[]): Definition | undefined => {
  const [profile, other] = [profileNamed(left, own), right === undefined ? undefined : profileNamed(right, own)];
  if (profile === undefined || (right !== undefined && other === undefined)) return undefined;
  return other === undefined ? { kind: 'profile', profile } : { kind: 'comparison', left: profile, right: other };
};

/** Causes of the rows of a comparison by their places: ARR under the left profile, then what each switch changes. */
export const COMPARED_CAUSES: readonly ('left' | SwitchName)[] = ['left', ...SWITCH_NAMES];

/** What a ledger is decided under beside its definition: under other plan rates or rules all of it is decided again. */
export const decidedUnder = ({ rates }: Context): string => `${rates.version} ${RULES_VERSION}`;
