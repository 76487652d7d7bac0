import { parseArgs } from 'node:util';

export interface StartOptions {
  readonly empty: boolean;
  readonly fresh: boolean;
  /** Whether the demo company has a Salesforce. */
  readonly salesforce: boolean;
  readonly auth: boolean;
  readonly port: number;
  readonly dataDir: string;
  readonly help: boolean;
}

export const DEFAULT_PORT = 8080;
export const DEFAULT_DATA = '.ascent/data';

export const START_HELP = `npm start -- [options]
  --empty          start without the demo company, with data of your own
  --fresh          delete everything in the data folder first
  --no-salesforce  load a demo company that has a Stripe only
  --auth           ask for tokens even from this machine
  --port <n>       port for people (default ${DEFAULT_PORT})
  --data <folder>  where everything is kept (default ${DEFAULT_DATA})`;

export const parsePort = (text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port must be a whole number from 0 to 65535, and is ${text}`);
  return port;
};

/** Reads the options of `npm start`; an unknown one throws with its name. */
export const parseStartOptions = (args: readonly string[]): StartOptions => {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      empty: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      salesforce: { type: 'boolean', default: true },
      auth: { type: 'boolean', default: false },
      port: { type: 'string', default: String(DEFAULT_PORT) },
      data: { type: 'string', default: DEFAULT_DATA },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    empty: values.empty,
    fresh: values.fresh,
    salesforce: values.salesforce,
    auth: values.auth,
    port: parsePort(values.port),
    dataDir: values.data,
    help: values.help,
  };
};
