import { nowIso } from '../../platform/clock.ts';
import type { StripeInstance } from '../../platform/config.ts';
import { log } from '../../platform/log.ts';
import type { Problem } from '../../platform/result.ts';
import { lastProblem, noteMended, noteProblem } from '../sync-marks-store.ts';
import { SYSTEM } from './sync-store.ts';

type Json = Readonly<Record<string, unknown>>;

/** What cannot be read where Stripe does not answer: only looks that come to their end prove that it is mended. */
const KIND = 'events';

/** Why an account, or a group of its events, could not be looked through. */
export type LookProblem = Problem<'not-answered' | 'refused-by-source' | 'wrong-mode' | 'ended-with-error'>;

export const ENDED_WITH_ERROR: LookProblem = { code: 'ended-with-error', detail: 'The look ended with an error: the log says which.' };

const modeOf = (live: boolean): string => (live ? 'live' : 'test');

export const wrongMode = ({ instance, livemode }: StripeInstance): LookProblem => ({
  code: 'wrong-mode',
  detail: `The API key reads ${modeOf(!livemode)} mode; the instance ${instance} is configured for ${modeOf(livemode)} mode.`,
});

/** Whether listed events are of the mode that is configured: others are another key's, and nothing is known of this account's. */
export const modeProblem = (config: StripeInstance, events: readonly Json[]): LookProblem | undefined =>
  events.some(({ livemode }) => livemode === !config.livemode) ? wrongMode(config) : undefined;

/** Notes what came of looking through an account: why it could not be done, or that it was. */
export const noteLook = async (instance: string, problem: LookProblem | undefined): Promise<void> => {
  const known = await lastProblem(SYSTEM, instance);
  const isOpen = known !== undefined && known.mendedAt === undefined;
  const at = nowIso();
  if (problem !== undefined) {
    log.warn('events of Stripe could not be looked through', { instance, reason: problem.detail });
    const sinceAt = isOpen ? (known.sinceAt ?? known.at) : at;
    await noteProblem(SYSTEM, instance, { at, code: problem.code, detail: problem.detail, kind: KIND, sinceAt });
    return;
  }
  if (isOpen) await noteMended(SYSTEM, instance, KIND, at);
};
