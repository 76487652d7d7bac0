import * as z from 'zod/mini';
import { nowMs } from '../../platform/clock.ts';
import { companyConfig, type StripeInstance } from '../../platform/config.ts';
import { taskHandler } from '../../platform/handler.ts';
import { errorFields, log } from '../../platform/log.ts';
import { present } from '../present.ts';
import { lastProblem } from '../sync-marks-store.ts';
import { connectionOf, openAccount } from './account-reading.ts';
import { syncAccount } from './sync.ts';
import { MOST_DAYS } from './sync-plan.ts';
import { ENDED_WITH_ERROR, noteLook, wrongMode } from './sync-problem.ts';
import { syncStatus } from './sync-status.ts';
import { SYSTEM } from './sync-store.ts';

/** Kept free at the end of an invocation, so that a page that is under way is remembered. */
const RESERVE_MS = 30_000;
/** A page that is begun has time for an attempt. */
const PAGE_MS = 10_000;
/** Nothing is lost for thirty days; from here on somebody has to be told. */
const TOLD_AFTER_MS = 3 * 3_600_000;

/** What an operator asks for: all events of so many days, whatever was looked through. The schedule asks for none. */
const inputSchema = z.object({ days: z.optional(z.int().check(z.minimum(1), z.maximum(MOST_DAYS))) });

/** How far an account has been looked through now. */
interface Account {
  readonly instance: string;
  /** Events that Stripe listed, and of these those that had not come. */
  readonly looked: number;
  readonly missed: number;
  /** Otherwise the next call goes on. */
  readonly isDone: boolean;
  /** False where there is no key by which to ask. */
  readonly isConnected?: false;
  readonly problem?: string;
}

const NOTHING = { looked: 0, missed: 0, isDone: false };

const synced = async (config: StripeInstance, remainingMs: () => number, days: number | undefined): Promise<Account> => {
  const { instance } = config;
  try {
    const connection = await connectionOf(config);
    if (connection === 'none') {
      log.info('an account is not connected: its secret holds no API key yet', { instance });
      return { instance, ...NOTHING, isDone: true, isConnected: false };
    }
    if (connection === 'wrong-mode') {
      const problem = wrongMode(config);
      await noteLook(instance, problem);
      return { instance, ...NOTHING, problem: problem.detail };
    }
    const reader = openAccount(config, () => remainingMs() - RESERVE_MS);
    const { problem, ...look } = await syncAccount(config, reader, () => remainingMs() > RESERVE_MS + PAGE_MS, days);
    return { instance, ...look, ...present('problem', problem?.detail) };
  } catch (error) {
    log.error('an account could not be looked through', { ...errorFields(error), instance });
    await noteLook(instance, ENDED_WITH_ERROR);
    return { instance, ...NOTHING, problem: ENDED_WITH_ERROR.detail };
  }
};

/** Whether an account has not been looked through for longer than nobody needs to know: where it never was, since that began to fail. */
const isBehind = async (config: StripeInstance): Promise<boolean> => {
  const [{ throughAt }, problem] = await Promise.all([syncStatus(config), lastProblem(SYSTEM, config.instance)]);
  const sinceMs = throughAt === undefined ? Date.parse(problem?.sinceAt ?? problem?.at ?? '') : throughAt * 1000;
  return sinceMs < nowMs() - TOLD_AFTER_MS;
};

/** Twice an hour, and when an operator asks: what Stripe's list of events has and nobody sent us. */
export const handler = taskHandler('integrations/stripe/task-sync', async (input: unknown, { remainingMs }) => {
  const asked = inputSchema.safeParse(input ?? {});
  if (!asked.success) throw new Error(`1 to ${MOST_DAYS} days can be asked for, like {"days":7}`);
  const { days } = asked.data;
  const { stripe } = companyConfig();
  const accounts: Account[] = [];
  const behind: string[] = [];
  // One after another: where one account takes long, the others are next.
  for (const config of stripe) {
    const account = await synced(config, remainingMs, days);
    accounts.push(account);
    if (account.problem !== undefined && (await isBehind(config))) behind.push(account.problem);
  }
  // Somebody is told: the function's alarm rings.
  if (behind.length > 0) throw new Error(`${behind.length} of ${stripe.length} accounts could not be looked through: ${behind.join(' ')}`);
  return { accounts, isDone: accounts.every(({ isDone }) => isDone) };
});
