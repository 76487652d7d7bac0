import { SWITCH_NAMES, type SwitchName } from '../../platform/config-profiles.ts';
import type { Profile } from '../profiles/profile.ts';

/** A profile, by what it is called and by what it chooses. */
export interface NamedProfile {
  readonly profile: string;
  readonly profileVersion: string;
}

/** ARR by both profiles at the end of a month; without amounts where a plan rate is missing. Text of whole minor units of the plan currency. */
export interface EffectRow {
  readonly startsOn: string;
  readonly endsOn: string;
  readonly leftMinor?: string;
  readonly rightMinor?: string;
  readonly differenceMinor?: string;
  readonly reasons?: { readonly switch: SwitchName; readonly left: string; readonly right: string; readonly differenceMinor: string }[];
}

/** A change of the profile in force: proposed with its effect on prior months, and approved by a second person before it is deployed. */
export interface ProfileChange {
  readonly changeId: string;
  readonly from: NamedProfile;
  readonly to: NamedProfile;
  /** What the two choose differently, in the order of switches. */
  readonly switches: { readonly switch: SwitchName; readonly left: string; readonly right: string }[];
  readonly reason: string;
  /** As it was when the change was proposed: who approves sees what who proposed saw. */
  readonly effect: { readonly ledgerThrough: string; readonly rows: EffectRow[] };
  readonly status: 'proposed' | 'approved' | 'rejected';
  /** Ids at the identity provider. */
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly decidedBy?: string;
  readonly decidedAt?: string;
}

/** The switches on which two profiles differ, names and metrics among them. */
export const switchesBetween = (left: Profile, right: Profile): ProfileChange['switches'] =>
  SWITCH_NAMES.filter((name) => left[name] !== right[name]).map((name) => ({
    switch: name,
    left: String(left[name]),
    right: String(right[name]),
  }));

/**
 * Versions of profiles by which facts may be decided: the newest that was approved, and the one before it, so that a deployment can follow its
 * approval and be taken back. Before any change the first one; where nothing was noted yet, any (undefined). `changes`: newest first.
 */
export const versionsInForce = (changes: readonly ProfileChange[], first: string | undefined): readonly string[] | undefined => {
  const [newest] = changes
    .filter(({ status }) => status === 'approved')
    .toSorted((a, b) => ((a.decidedAt ?? '') < (b.decidedAt ?? '') ? 1 : -1));
  if (newest === undefined) return first === undefined ? undefined : [first];
  return [newest.to.profileVersion, newest.from.profileVersion];
};
