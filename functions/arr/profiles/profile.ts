import { SWITCH_NAMES, type Switches } from '../../platform/config-profiles.ts';
import { digest } from '../../platform/ids.ts';

/**
 * Definition profile: a choice for every switch on which definitions of ARR differ (functions/platform/config-profiles.ts says what each
 * decides). Rules read switches and know no preset. A figure carries its profile's name.
 */
export interface Profile extends Switches {
  readonly name: string;
}

/** 12 characters of base64url are 72 bits. */
const VERSION_CHARACTERS = 12;

/** Names what a profile chooses, whatever it is called: the same choices give the same version, on every machine and in every release. */
export const versionOf = (profile: Profile): string =>
  digest(JSON.stringify(SWITCH_NAMES.toSorted().map((name) => [name, profile[name]])), VERSION_CHARACTERS);

/** `enterprise@…`: what a figure names, so that it says by which choices it was made, also after the profile has changed. */
export const nameWithVersion = (profile: Profile): string => `${profile.name}@${versionOf(profile)}`;
