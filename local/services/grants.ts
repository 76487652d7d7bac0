import type { Resource, Resources } from '../service.ts';
import { isObject, type JsonObject } from './json-protocol.ts';
import { objectsAt } from './properties.ts';

/**
 * Resource policies that let a service act on a queue or a function. Without them the deployed rule would drop its
 * events in silence, so the local stack refuses to start.
 */
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

const conditionFits = (statement: JsonObject, sourceArn: string): boolean => {
  const conditions = isObject(statement['Condition']) ? statement['Condition'] : {};
  for (const [operator, keys] of Object.entries(conditions)) {
    const wanted = isObject(keys) ? list(keys['aws:SourceArn']) : [];
    if (operator.startsWith('Arn') && wanted.length > 0 && !wanted.includes(sourceArn)) return false;
  }
  return true;
};

const allowsService = (statement: JsonObject, principal: string, action: string): boolean => {
  const principals = isObject(statement['Principal']) ? list(statement['Principal']['Service']) : [];
  const [service = '', name = ''] = action.split(':');
  const actions = [`${service}:*`, '*', `${service}:${name}`];
  return (
    statement['Effect'] === 'Allow' &&
    principals.includes(principal) &&
    list(statement['Action']).some((each) => actions.includes(String(each)))
  );
};

/** Whether a queue policy lets the service principal, on behalf of `sourceArn`, send to the queue. */
export const mayServiceSend = (resources: Resources, queue: Resource, principal: string, sourceArn: string): boolean =>
  resources
    .ofType('AWS::SQS::QueuePolicy')
    .filter((policy) => list(policy.properties['Queues']).includes(queue.ref))
    .some((policy) => {
      const document = policy.properties['PolicyDocument'];
      const statements = isObject(document) ? objectsAt(policy, document, 'Statement') : [];
      return statements.some((statement) => allowsService(statement, principal, 'sqs:SendMessage') && conditionFits(statement, sourceArn));
    });

/** Whether a Lambda permission lets the service principal, on behalf of `sourceArn`, invoke the function. */
export const mayServiceInvoke = (resources: Resources, fn: Resource, principal: string, sourceArn: string): boolean =>
  resources.ofType('AWS::Lambda::Permission').some(({ properties }) => {
    const source = properties['SourceArn'];
    const names: readonly unknown[] = [fn.arn, fn.ref];
    return (
      names.includes(properties['FunctionName']) && properties['Principal'] === principal && (source === undefined || source === sourceArn)
    );
  });
