import { commit, type Write } from '../../platform/table.ts';
import type { ArrStatus } from '../figures/read.ts';
import { evaluate, heldOf, isChanged, type Judged } from './engine.ts';
import { type Figures, NOT_WORKED_YET, type WorkedFigures } from './figures.ts';
import { digestOf, spotFields } from './milestone.ts';
import { noticeMilestones } from './notice-milestones.ts';
import { readFigures } from './read-figures.ts';
import { LEVEL_RULES } from './rules.ts';
import { readAtSpot } from './spot.ts';
import { type AlertState, digestWrite, readAlertState, stateWrite, textOf, toldWrite } from './store.ts';
import { changeEvent, momentOf } from './told.ts';

/** Attempts while others evaluate at the same time. */
const MAX_ATTEMPTS = 4;

/**
 * Looks at all alerts by the figures of `at`, the instant before they were read, and tells what changed: the new state, its history and the
 * events are one transaction, so that a crossing is told once, whoever else looks. Figures that are older than those that the state was last
 * changed by change nothing. Reads the plan, the state and the milestones that were told, and writes only where something changed. `worked` is what
 * metrics work out, where the caller has it; without it, the last that anybody had.
 */
export const evaluateAlerts = async (status: ArrStatus, at: string, worked?: WorkedFigures): Promise<readonly Judged[]> => {
  await noticeMilestones(status, at);
  return look({ status, at, figures: await readFigures(status), worked }, MAX_ATTEMPTS);
};

interface Look {
  readonly status: ArrStatus;
  readonly at: string;
  readonly figures: Omit<Figures, keyof WorkedFigures>;
  readonly worked: WorkedFigures | undefined;
}

const look = async (one: Look, attempts: number): Promise<readonly Judged[]> => {
  const { status, at, figures } = one;
  const state = await readAlertState();
  const worked = one.worked ?? state.worked;
  const judged = evaluate(LEVEL_RULES, { ...figures, ...NOT_WORKED_YET, ...worked }, state.held, at);
  if (state.at > at) return judged;
  const held = heldOf(judged);
  const digest = await digestWrites(status, at, state);
  if (digest.length === 0 && !isChanged(state.held, held) && textOf(worked) === textOf(state.worked)) return judged;
  const moment = momentOf(status, at);
  const told = judged.flatMap((one) => changeEvent(one, status.on, moment) ?? []);
  const next: AlertState = {
    ...state,
    at,
    held,
    ...(worked === undefined ? {} : { worked }),
    ...(digest.length === 0 ? {} : { digestOn: status.on }),
  };
  const committed = await commit([stateWrite(state, next), ...told.map(toldWrite), ...digest]);
  if (committed.ok) return judged;
  if (attempts <= 1 || committed.problem.code === 'busy')
    throw new Error('others evaluate alerts at every attempt; the next refresh does it');
  return look(one, attempts - 1);
};

/** Once a day, where it is due. */
const digestWrites = async (status: ArrStatus, at: string, { digestOn = '' }: AlertState): Promise<readonly Write[]> => {
  const { on, byCurrency, planCurrency } = status;
  if (digestOn >= on) return [];
  const digest = digestOf(status);
  return digest === undefined ? [] : [digestWrite({ ...digest, ...spotFields(await readAtSpot(byCurrency, planCurrency, on)) }, at)];
};
