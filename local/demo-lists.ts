import { askApi } from './ask-api.ts';
import type { LocalStack } from './stack.ts';

/** In the template's words: the task that keeps how customers stand. */
const STANDINGS_FUNCTION = 'ArrTaskStandings';

/**
 * Has the lists of customers, and the totals beside ARR, made of what is there by now, as the task does within five minutes and an hour: somebody
 * asks for them, and the task runs.
 */
export const makeLists = async (stack: LocalStack): Promise<void> => {
  await askApi(stack.url, '/api/v1/arr/beside');
  const task = stack.resources.ofType('AWS::Lambda::Function').find(({ path }) => path.includes(STANDINGS_FUNCTION));
  if (task === undefined) throw new Error(`the template has no function ${STANDINGS_FUNCTION}`);
  const made = await stack.functions.invoke(task.arn, { everything: true });
  if (!made.ok) throw new Error(`how customers stand could not be told: ${made.error}`);
};
