import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { SampleEvent } from './wiring.ts';

/**
 * Retained samples of every event that may lie on a bus, in the shape in which the bus delivers them:
 * our own (`events/<Name>/v<n>/*.json`), Stripe's and Salesforce's as our webhooks wrap them, and theirs from their own partner buses.
 */
interface Loose {
  readonly type?: string;
  readonly source?: string;
  readonly detail?: unknown;
  readonly data?: unknown;
  readonly 'detail-type'?: string;
}

/** The detail-type of what our Salesforce webhook puts on the source bus. */
const SIGNAL = 'SalesforceRecordsChanged';

const ENVELOPE = {
  version: '0',
  id: '00000000-0000-0000-0000-000000000000',
  account: '000000000000',
  time: '2026-01-01T00:00:00Z',
  region: 'us-east-1',
  resources: [],
};

const readAll = (folder: string, pattern: string): readonly { readonly path: string; readonly json: Loose }[] =>
  existsSync(folder)
    ? globSync(pattern, { cwd: folder }).map((path) => ({ path, json: JSON.parse(readFileSync(join(folder, path), 'utf8')) as Loose }))
    : [];

const ownSource = (name: string, sources: ReadonlyMap<string, string>): string => {
  const source = sources.get(name);
  if (source === undefined) throw new Error(`test/contracts/events/${name} holds samples of an event that no capability declares`);
  return source;
};

/** An event as a partner put it on its bus. */
const asPut = ({ json }: { readonly json: Loose }): readonly SampleEvent[] => {
  const type = json['detail-type'];
  return type === undefined ? [] : [{ ...ENVELOPE, ...json, source: json.source ?? '', 'detail-type': type, detail: json.detail }];
};

/** `sources`: the bus source of each declared event, by its name. */
export const loadSamples = (contracts: string, sources: ReadonlyMap<string, string>): readonly SampleEvent[] => {
  const own = readAll(join(contracts, 'events'), '*/v*/*.json').map(({ path, json }): SampleEvent => {
    if (json['detail-type'] !== undefined)
      return { ...ENVELOPE, ...json, source: json.source ?? '', 'detail-type': json['detail-type'], detail: json.detail };
    const name = basename(dirname(dirname(path)));
    return { ...ENVELOPE, source: json.source ?? ownSource(name, sources), 'detail-type': json.type ?? name, detail: json };
  });
  const webhooks = readAll(join(contracts, 'stripe', 'events'), '**/*.json')
    .filter(({ json }) => typeof json.type === 'string')
    .map(({ json }): SampleEvent => ({ ...ENVELOPE, source: 'ascent.stripe/main', 'detail-type': String(json.type), detail: json }));
  const signals = readAll(join(contracts, 'salesforce', 'signals'), '*.json').map(
    ({ json }): SampleEvent => ({ ...ENVELOPE, source: 'ascent.salesforce/main', 'detail-type': SIGNAL, detail: json }),
  );
  const partner = ['stripe', 'salesforce'].flatMap((vendor) => readAll(join(contracts, vendor, 'eventbridge'), '**/*.json')).flatMap(asPut);
  return [...own, ...webhooks, ...signals, ...partner];
};
