import type { PageWanted } from '../../platform/http.ts';
import { ok } from '../../platform/result.ts';
import { type ArrStatus, readStatus } from '../figures/read.ts';
import { clearsAtBps } from './alert.ts';
import { dealWon, waitingSentence } from './deal-won.ts';
import { evaluate, type Judged, type Standing, sentenceOf } from './engine.ts';
import { NOT_WORKED_YET } from './figures.ts';
import { readFigures } from './read-figures.ts';
import { LEVEL_RULES } from './rules.ts';
import { readAlertState, readTold, readWaiting } from './store.ts';
import { alertIdOf, momentOf } from './told.ts';

/** How a rule stands on one of its subjects, for answers. Without an instant where it has come to stand so since the last refresh. */
export const standingOf = (judged: Judged) => {
  const { rule, reading, standing, since, raised, times, figureBps } = judged;
  const { id, severity, ownerRole, formula } = rule;
  return {
    rule: id,
    subject: reading.subject,
    state: standing,
    ...(since === '' ? {} : { since }),
    severity,
    ownerRole,
    sentence: sentenceOf(judged),
    formula,
    ...(figureBps === undefined ? {} : { figureBps }),
    ...(reading.given.ratio === undefined ? {} : { explain: reading.given.explain }),
    thresholdBps: reading.thresholdBps,
    clearsAtBps: clearsAtBps(rule.side, reading),
    ...(raised === undefined || raised.at === ''
      ? {}
      : { raised: { alertId: alertIdOf(rule, reading.subject, times), at: raised.at, on: raised.on, figureBps: raised.figureBps } }),
  };
};

const ORDER: Readonly<Record<Standing, number>> = { open: 0, unknown: 1, clear: 2 };

/** Large deals of which it cannot be told whether they are, as one. */
const waitingDeals = async (planCurrency: string) => {
  const sentence = waitingSentence([...(await readWaiting()).values()], planCurrency);
  const { id, severity, ownerRole, formula } = dealWon;
  return sentence === undefined
    ? []
    : [{ rule: id, subject: 'waiting', state: 'unknown' as const, severity, ownerRole, sentence, formula }];
};

/**
 * How all rules stand by the figures of now: what is open first, then what cannot be told. `since` is that of the first refresh that saw it so;
 * what has changed since the last one has none, and has not been told yet.
 */
export const listAlerts = async (state: Standing | undefined, { limit, position }: PageWanted) => {
  const status: ArrStatus = await readStatus();
  const [figures, kept] = await Promise.all([readFigures(status), readAlertState()]);
  const judged = evaluate(LEVEL_RULES, { ...figures, ...(kept.worked ?? NOT_WORKED_YET) }, kept.held, '').map(standingOf);
  const all = [...judged, ...(await waitingDeals(status.planCurrency))]
    .filter((one) => state === undefined || one.state === state)
    .sort((a, b) => ORDER[a.state] - ORDER[b.state]);
  const start = Number(position ?? '0');
  const { planVersion, dataThrough } = momentOf(status, '');
  const items = all.slice(start, start + limit).map((one) => ({ ...one, on: status.on, planVersion, dataThrough }));
  return ok({ items, nextCursor: start + limit < all.length ? String(start + limit) : null });
};

/** What was raised and cleared, newest first. */
export const listToldAlerts = async ({ limit, position }: PageWanted) => {
  const { items, next } = await readTold(limit, position);
  return ok({ items: [...items], nextCursor: next });
};
