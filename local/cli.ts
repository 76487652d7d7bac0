import { parseArgs } from 'node:util';
import { whyNoAnswer } from './ask-api.ts';
import { sendCosts } from './costs.ts';
import { DEFAULT_PORT, parsePort } from './options.ts';

/** The pages under `/local` as a command: `npm run local -- queues`. Talks to the stack that runs on this machine. */
const HELP = `npm run local -- <command> [--port ${DEFAULT_PORT}]
  clock                         the test clock
  clock set <instant> [--freeze | --run]
  clock advance <14d | 2h | P1M | instant>
                                moves forward through what falls due; a schedule more frequent than hourly fires once, at its last due time
  functions                     invocations, errors, workers
  queues                        messages by queue
  dead-letters                  what failed, with its content
  redrive <queue>               sends a queue's dead letters back to where they came from
  discard <queue> <messageId>   takes one dead letter away for good
  replay <bus> <from> <to>      gives what a bus archived between two instants to its rules again
  refill-totals                 makes the totals anew from the recordings; goes on with a refill that was stopped
  rebuild-ledger                makes the ledger anew from the recordings; goes on with a rebuild that was stopped
  sync-stripe [days]            looks through what Stripe lists of its events, since the last look or of so many days, and takes in what has not come
  costs <file.csv> [--dry-run]  loads revenue, costs and cash by month, and says line by line what is wrong; GET /api/v1/costs/csv is the template
  secrets                       takes in what stands in secrets.json of the data folder by now
  schedules                     what wakes by itself
  logs [function] [--level error] [--limit 200]
  denied                        calls that a role's policies did not allow
  idle [milliseconds]           waits until nothing is pending
  token [scope …]               an access token for --auth, with these scopes or with all
  token --role <role> [--role <role>] [--subject <name>]
                                one of somebody in these roles
  aws                           variables by which the AWS CLI calls this stack: eval "$(npm run --silent local -- aws)"`;

interface Request {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** The body with which it is asked to go on, where that is another one. */
  readonly goOn?: unknown;
}

interface Flags {
  readonly level?: string | undefined;
  readonly limit?: string | undefined;
  readonly freeze: boolean;
  readonly run: boolean;
  readonly role?: readonly string[] | undefined;
  readonly subject?: string | undefined;
}

/** A refill or rebuild tells how far it is after so many of its 32 shards. */
const SHARDS_A_CALL = 4;

const PAGES = ['functions', 'queues', 'dead-letters', 'schedules', 'denied', 'aws'];

const get = (path: string): Request => ({ method: 'GET', path });

const clockRequest = ([action, value]: readonly string[], { freeze, run }: Flags): Request | undefined => {
  if (action === undefined) return get('clock');
  if (value === undefined) return undefined;
  if (action === 'set')
    return { method: 'PUT', path: 'clock', body: { now: value, ...(freeze ? { frozen: true } : {}), ...(run ? { frozen: false } : {}) } };
  // A date begins with its year; anything else is meant as how long.
  if (action === 'advance') return { method: 'POST', path: 'clock/advance', body: /^\d{4}-/.test(value) ? { to: value } : { by: value } };
  return undefined;
};

const logsRequest = ([source]: readonly string[], { level, limit }: Flags): Request => {
  const query = new URLSearchParams({ ...(source && { function: source }), ...(level && { level }), ...(limit && { limit }) });
  return get(`logs?${query}`);
};

/** By roles or by scopes, not by both. */
const tokenRequest = (scopes: readonly string[], { role, subject }: Flags): Request | undefined => {
  if (role !== undefined && scopes.length > 0) return undefined;
  const who = subject === undefined ? {} : { subject };
  const what = role === undefined ? (scopes.length > 0 ? { scopes } : {}) : { roles: role };
  return { method: 'POST', path: 'token', body: { ...what, ...who } };
};

/** What somebody asked for is begun anew; what has been begun only goes on. */
const syncRequest = ([days, ...more]: readonly string[]): Request | undefined => {
  const request = { method: 'POST', path: 'sync-stripe', goOn: {} } as const;
  if (more.length > 0 || (days !== undefined && !/^\d{1,3}$/.test(days))) return undefined;
  return { ...request, body: days === undefined ? {} : { days: Number(days) } };
};

/** The request that a command line stands for; undefined where it lacks a word or says one too many. */
export const requestOf = ([command = '', ...rest]: readonly string[], flags: Flags): Request | undefined => {
  if (PAGES.includes(command)) return get(command);
  switch (command) {
    case 'clock':
      return clockRequest(rest, flags);
    case 'logs':
      return logsRequest(rest, flags);
    case 'idle':
      return get(`idle?timeoutMs=${rest[0] ?? 60_000}`);
    case 'redrive':
      return rest[0] === undefined ? undefined : { method: 'POST', path: 'dead-letters/redrive', body: { queue: rest[0] } };
    case 'discard':
      return rest.length === 2 ? { method: 'POST', path: 'dead-letters/discard', body: { queue: rest[0], messageId: rest[1] } } : undefined;
    case 'replay':
      return rest.length === 3 ? { method: 'POST', path: 'replay', body: { bus: rest[0], from: rest[1], to: rest[2] } } : undefined;
    case 'refill-totals':
      return { method: 'POST', path: 'refill-totals', body: { shards: SHARDS_A_CALL }, goOn: { shards: SHARDS_A_CALL, goOn: true } };
    case 'rebuild-ledger':
      return { method: 'POST', path: 'rebuild-ledger', body: { shards: SHARDS_A_CALL } };
    case 'sync-stripe':
      return syncRequest(rest);
    case 'secrets':
      return { method: 'POST', path: 'secrets' };
    case 'token':
      return tokenRequest(rest, flags);
    default:
      return undefined;
  }
};

interface LogLine {
  readonly atMs: number;
  readonly source: string;
  readonly line: string;
}

interface Refilled {
  readonly done: number;
  readonly of: number;
  readonly isDone: boolean;
}

interface Rebuilt extends Refilled {
  readonly rows: number;
  readonly changed?: boolean;
}

interface Looked {
  readonly instance: string;
  readonly looked: number;
  readonly missed: number;
  readonly isDone: boolean;
  readonly isConnected?: boolean;
}

const refilledLine = ({ done, of, isDone }: Refilled): string => {
  const next = done < of ? '' : isDone ? ': the new totals are read from now on' : '; the totals of before are being left to expire';
  return `${done} of ${of} parts of the customers are counted${next}`;
};

const rebuiltLine = ({ done, of, rows, changed, isDone }: Rebuilt): string =>
  isDone
    ? `the ledger has ${rows} rows, ${changed === true ? 'and differs from the one of before' : 'byte for byte those of before'}`
    : `${done} of ${of} parts of the customers are read`;

const lookedLine = ({ instance, looked, missed, isDone, isConnected = true }: Looked): string =>
  isConnected
    ? `stripe-${instance}: ${looked} events looked at, ${missed} had not come and are taken in${isDone ? '' : '; more are looked at'}`
    : `stripe-${instance}: nothing was asked: its secret holds no API key`;

/** Lines that answer a command in words; other answers are shown as they are. */
const LINES: Readonly<Record<string, (answer: unknown) => readonly string[]>> = {
  logs: (answer) => (answer as readonly LogLine[]).map(({ atMs, source, line }) => `${new Date(atMs).toISOString()} ${source}: ${line}`),
  'refill-totals': (answer) => [refilledLine(answer as Refilled)],
  'rebuild-ledger': (answer) => [rebuiltLine(answer as Rebuilt)],
  'sync-stripe': (answer) => (answer as { readonly accounts: readonly Looked[] }).accounts.map(lookedLine),
  aws: (answer) => Object.entries(answer as Readonly<Record<string, string>>).map(([name, value]) => `export ${name}=${value}`),
};

const print = (command: string | undefined, answer: unknown): void => {
  const lines = LINES[command ?? ''];
  if (lines !== undefined) for (const line of lines(answer)) console.log(line);
  else if (Array.isArray(answer) && command !== 'dead-letters') console.table(answer);
  else console.log(JSON.stringify(answer, undefined, 2));
};

const COMMANDS = [
  ...PAGES,
  'clock',
  'logs',
  'idle',
  'redrive',
  'discard',
  'replay',
  'refill-totals',
  'rebuild-ledger',
  'sync-stripe',
  'costs',
  'secrets',
  'token',
];

/** What is wrong with words that make no request, in one line. */
export const refusalOf = ([command = '', ...rest]: readonly string[]): string =>
  COMMANDS.includes(command)
    ? `"${[command, ...rest].join(' ')}" is not how ${command} is asked; npm run local lists how`
    : `"${command}" is no command; npm run local lists them`;

/** The stack's sentence of why it did not do what was asked; undefined where it did. */
const refusalIn = (response: Response, answer: unknown): string | undefined => {
  if (response.ok) return undefined;
  const isSentence = typeof answer === 'object' && answer !== null && 'message' in answer;
  return isSentence ? String(answer.message) : `the stack answered ${response.status}: ${JSON.stringify(answer)}`;
};

const says = (answer: unknown, field: string, value: boolean): boolean =>
  typeof answer === 'object' && answer !== null && field in answer && (answer as Readonly<Record<string, unknown>>)[field] === value;

const read = (args: readonly string[]) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: 'string', default: String(DEFAULT_PORT) },
      level: { type: 'string' },
      limit: { type: 'string' },
      freeze: { type: 'boolean', default: false },
      run: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      role: { type: 'string', multiple: true },
      subject: { type: 'string' },
    },
  });
  return { values, positionals, port: parsePort(values.port) };
};

const run = async (args: readonly string[]): Promise<number> => {
  const { values, positionals, port } = read(args);
  if (positionals.length === 0) {
    console.log(HELP);
    return 0;
  }
  const [command, file, ...more] = positionals;
  if (command === 'costs' && file !== undefined && more.length === 0) return sendCosts(file, values['dry-run'], port);
  const request = requestOf(positionals, values);
  if (request === undefined) {
    console.error(refusalOf(positionals));
    return 2;
  }
  return ask(command, request, `http://127.0.0.1:${port}/local/${request.path}`, port);
};

/** Asks, prints the answer, and asks again where that says that it is not done. */
const ask = async (command: string | undefined, request: Request, url: string, port: number): Promise<number> => {
  const body = request.body === undefined ? {} : { body: JSON.stringify(request.body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(url, { method: request.method, ...body }).catch((error: unknown) => whyNoAnswer(error, port));
  if (typeof response === 'string') {
    console.error(response);
    return 1;
  }
  const answer: unknown = await response.json();
  const refused = refusalIn(response, answer);
  if (refused !== undefined) {
    console.error(refused);
    return 1;
  }
  print(command, answer);
  if (says(answer, 'isDone', false)) return ask(command, { ...request, body: request.goOn ?? request.body }, url, port);
  return says(answer, 'idle', false) ? 1 : 0;
};

if (import.meta.main) {
  process.exitCode = await run(process.argv.slice(2)).catch((error: unknown) => {
    // Node explains in a second sentence how to pass a word that begins with a dash; none of ours does.
    console.error(error instanceof Error ? error.message.split('. ')[0] : error);
    return 2;
  });
}
