import { nowIso } from '../../platform/clock.ts';
import { companyConfig } from '../../platform/config.ts';
import { tableName } from '../../platform/table.ts';
import type { Context } from '../lines/values.ts';
import { profileInForce } from '../profiles/presets.ts';
import { versionOf } from '../profiles/profile.ts';
import { decidingContext } from '../records/context.ts';
import { versionsInForce } from './change.ts';
import { noteFirstProfile, readChanges, readFirstVersion } from './store.ts';

/** The context that was found approved last; it stays the same object while neither profile nor plan rates change. */
let approved: { readonly table: string; readonly context: Context } | undefined;

/**
 * What facts are recorded under: as `decidingContext`, where the profile that the configuration puts in force was approved. Asked once for each
 * function that starts. It throws otherwise: what waits stays in its queue, until somebody approves the change or deploys the profile of before.
 */
export const recordingContext = async (): Promise<Context> => {
  const context = await decidingContext();
  if (approved?.context === context && approved.table === tableName()) return context;
  const versions = versionsInForce(...(await Promise.all([readChanges(), readFirstVersion()])));
  const { name } = context.profile;
  const version = versionOf(context.profile);
  if (versions !== undefined && !versions.includes(version))
    throw new Error(
      `the configuration puts the profile ${name}@${version} in force, which nobody has approved: approve the change (docs/profiles.md#changing-the-profile-in-force), or deploy the profile of before`,
    );
  approved = { table: tableName(), context };
  return context;
};

/** Notes by which profile facts were decided first: what comes after it needs approval. */
export const noteProfile = async (): Promise<void> => {
  if ((await readFirstVersion()) !== undefined) return;
  const profile = profileInForce(companyConfig());
  await noteFirstProfile(profile.name, versionOf(profile), nowIso());
};
