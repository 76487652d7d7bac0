import { companyConfig } from '../../platform/config.ts';
import type { Ledger } from '../ledger/rows.ts';
import { profileInForce, profileOfVersion } from '../profiles/presets.ts';
import { type Profile, versionOf } from '../profiles/profile.ts';
import { readDecidedLedger } from './read-decided.ts';

/** Under which definition something was reported, and when. */
export interface Reporting {
  readonly profile: string;
  /** Absent from what was reported before versions were kept. */
  readonly profileVersion?: string | undefined;
  /** All that was recorded before this second was in it. */
  readonly through: number;
}

/**
 * How the definition of then stands to that in force: the same; another one, whose ledger there is, so that its effect can be told; or another one
 * whose effect cannot be told, and why. `profile` then is there where some profile still chooses the same.
 */
export type Under =
  | { readonly is: 'same' }
  | { readonly is: 'other'; readonly profile: Profile; readonly ledger: Ledger }
  | { readonly is: 'untold'; readonly profile?: Profile; readonly detail: string };

export const readReportedUnder = async ({ profile: name, profileVersion, through }: Reporting): Promise<Under> => {
  const config = companyConfig();
  const inForce = profileInForce(config);
  if (profileVersion === undefined)
    return name === inForce.name
      ? { is: 'same' }
      : { is: 'untold', detail: `What ${name} chose was not kept when this was reported: the effect of ${inForce.name} cannot be told.` };
  if (profileVersion === versionOf(inForce)) return { is: 'same' };
  const profile = profileOfVersion(profileVersion, config.profiles);
  if (profile === undefined)
    return {
      is: 'untold',
      detail: `No profile chooses any more what ${name}@${profileVersion} did: put it among the profiles of the configuration, under a name of its own.`,
    };
  const ledger = await readDecidedLedger({ kind: 'profile', profile });
  if (!ledger.ok) return { is: 'untold', profile, detail: ledger.problem.detail };
  if (ledger.value.through < through)
    return {
      is: 'untold',
      profile,
      detail: `The ledger of ${profile.name} ends before this was reported: call POST /api/v1/arr/profiles/${profile.name}/ledger.`,
    };
  return { is: 'other', profile, ledger: ledger.value };
};
