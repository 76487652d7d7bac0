import * as z from 'zod/mini';
import { slug } from './config-terms.ts';

/** Named choices, or whole numbers from `min` to `max`, or one name beside them. */
type Choices = readonly string[] | { readonly min: number; readonly max: number; readonly or?: string };

const COUNTED = ['counted', 'excluded'] as const;

/**
 * The switches of a definition profile: every choice on which definitions of ARR differ, each a closed list of choices. This is the one place of
 * each; rules read them of a `Profile` (functions/arr/profiles), and docs/profiles.md says which vendor chooses what. Profiles are compared
 * switch by switch in this order.
 */
export const SWITCHES = {
  /** What ARR is of: what is in service; what is signed as well (from booking, fully ramped, less what was given notice of); or what is billed alone. */
  basis: ['live', 'carr', 'billed'],
  /** The day from which on a line counts: its first day of service, or its last signature where a source tells one. */
  startEvent: ['service-start', 'booking'],
  /** When a step that a contract fixed in advance counts: on its own day, or from the line's first day on, as if fully ramped. */
  rampStep: ['own-date', 'full'],
  /** A signed agreement whose term is shorter than twelve months. */
  pilots: COUNTED,
  /** Days by which a renewal may come late: until then an expired line is kept, and the renewal goes on with it. */
  renewalGraceDays: { min: 0, max: 365 },
  /** When a loss counts: on the first day without access; when it was asked for; or at the end of the period that was billed, if that is later. */
  churnDate: ['access-end', 'request', 'period-end'],
  /** A subscription on trial before its service starts. */
  trial: COUNTED,
  /** A trial that was given to a service already running: the service goes on, and only its charging pauses. */
  freePeriod: COUNTED,
  /** A subscription whose collection is paused, while the source still calls it active. */
  pause: COUNTED,
  pastDue: COUNTED,
  /** A subscription that dunning has given up, while the source has not ended it. */
  unpaid: COUNTED,
  /** Net of the discounts that are active on the day; at list; or net of those alone that never end. */
  discounts: ['net', 'gross', 'net-of-forever'],
  /** Weeks of a year: twelve months of 52/12 weeks; the calendar's; or twelve months of 30.44 days, or of 4.33 weeks. */
  weekFactor: ['52', '365/7', '12*30.44/7', '12*4.33'],
  /** Usage that was billed: in no figure; annualised within ARR, from the newest invoice on; or shown beside ARR. */
  metered: ['excluded', 'included', 'separate'],
  /** A customer that comes and goes within one calendar month: both are movements; or neither is, and it never had ARR. */
  sameMonth: ['both', 'net'],
  /** Days without ARR after which a customer that comes back is new; `any`: it is reactivated, however long it was gone. */
  reactivationDays: { min: 0, max: 3660, or: 'any' },
  /** A customer still in service whose price falls to nothing: lost; or contracted to nothing, and still a customer. */
  freeCustomer: ['churn', 'contraction'],
  /** A price that a contract raises in advance: a movement of its own, or expansion. */
  escalators: ['separate', 'expansion'],
  /** A quantity or line that a contract or schedule fixed in advance: a movement of its own, or expansion and contraction. */
  contractedSteps: ['separate', 'expansion'],
  /** Shortest commercial term, in months, whose renewal is a movement of its own; shorter ones renew silently. */
  renewalTermMonthsMin: { min: 1, max: 120 },
  /** A change of exchange rates: a movement of its own, or expansion and contraction. */
  fx: ['separate', 'movements'],
  /** Whether ARR that came back counts in net retention and net churn. */
  reactivationInNrr: ['included', 'excluded'],
  /** Churn of a period over its opening, or the sum of its days' rates. */
  churnFormula: ['period', 'daily'],
} as const satisfies Readonly<Record<string, Choices>>;

type ChoiceOf<C> = C extends readonly (infer Name)[] ? Name : C extends { readonly or: infer Name } ? number | Name : number;

export type Switches = { readonly [Name in keyof typeof SWITCHES]: ChoiceOf<(typeof SWITCHES)[Name]> };
export type SwitchName = keyof Switches;
export const SWITCH_NAMES = Object.keys(SWITCHES) as readonly SwitchName[];

export const PRESET_NAMES = ['enterprise', 'stripe', 'chartmogul-b2b', 'chartmogul-b2c', 'profitwell', 'maxio', 'polar', 'smsb'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** Choices on which definitions differ, too, and of which no source tells the facts: a profile that states one is refused, never half followed. */
export const UNDECIDABLE: Readonly<Record<string, string>> = {
  commitment: 'no source marks a line as a commitment; a committed amount is a licensed line, and counts like any other',
  overage: 'no source tells usage beyond a commitment from other usage; `metered` decides on all of it',
  prepaidCredits: 'no source tells of credits that were bought or drawn down',
  optOuts: 'no source tells of a right to leave within the term',
  reseller: 'no source tells a reseller’s margin; amounts are as the source states them',
  customerLevel: 'movements are recorded by the customer that is sold to; bill-to and parent decide no class of them',
};

/** The choices of a switch, in words. */
export const choicesOf = (name: SwitchName): string => {
  const choices: Choices = SWITCHES[name];
  if (!('min' in choices)) return choices.join(', ');
  const { min, max, or } = choices;
  return `${or === undefined ? '' : `${or}, or `}a whole number from ${min} to ${max}`;
};

const isChoice = (choices: Choices, value: unknown): boolean =>
  'min' in choices
    ? value === choices.or || (typeof value === 'number' && Number.isInteger(value) && choices.min <= value && value <= choices.max)
    : choices.some((choice) => choice === value);

/** What is wrong with a value of a switch, in a sentence; undefined where nothing is. */
const problemOf = (name: string, value: unknown): string | undefined => {
  if (Object.hasOwn(SWITCHES, name)) {
    const known = name as SwitchName;
    return isChoice(SWITCHES[known], value) ? undefined : `${JSON.stringify(value)} is no choice; choices are ${choicesOf(known)}`;
  }
  if (Object.hasOwn(UNDECIDABLE, name)) return `cannot be decided: ${UNDECIDABLE[name]}`;
  return `is no switch; switches are ${SWITCH_NAMES.join(', ')}`;
};

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A company's own profile: a preset, and the switches on which it differs. Every wrong one is named. */
export const ownProfileSchema = z.object({
  name: slug,
  preset: z.enum(PRESET_NAMES),
  switches: z.custom<Partial<Switches>>(isRecord, 'switches by their names, e.g. { churnDate: "request" }').check(({ value, issues }) => {
    for (const [name, choice] of Object.entries(value)) {
      const message = problemOf(name, choice);
      if (message !== undefined) issues.push({ code: 'custom', input: choice, path: [name], message });
    }
  }),
});
export type OwnProfile = z.infer<typeof ownProfileSchema>;

/** Whether own profiles have names of their own, of which no preset bears one. */
export const areNamedApart = (profiles: readonly OwnProfile[]): boolean =>
  new Set([...PRESET_NAMES, ...profiles.map(({ name }) => name)]).size === PRESET_NAMES.length + profiles.length;

export const isProfileName = (name: string, profiles: readonly OwnProfile[]): boolean =>
  PRESET_NAMES.some((preset) => preset === name) || profiles.some((own) => own.name === name);
