import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from './whole-file.ts';

/** What a data folder holds: the demo company, or what its user sends. Said once, by the start that found it new. */
export type Contents = 'demo' | 'own';

const MARK = 'contents.json';
/** Written when the demo has been loaded to its end. */
const LOADED = 'demo.json';

export const contentsOf = (dataDir: string): Contents | undefined => {
  const file = join(dataDir, MARK);
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { readonly contents: Contents }).contents;
  return isLoaded(dataDir) ? 'demo' : undefined;
};

export const markContents = (dataDir: string, contents: Contents): void =>
  writeWhole(join(dataDir, MARK), `${JSON.stringify({ contents })}\n`);

export const isLoaded = (dataDir: string): boolean => existsSync(join(dataDir, LOADED));

interface Loaded {
  readonly seed: number;
  readonly today: string;
  readonly delivered: number;
  /** Whether the company has a Salesforce; folders of before say nothing of it. */
  readonly salesforce?: boolean;
}

export const markLoaded = (dataDir: string, demo: Loaded): void => writeWhole(join(dataDir, LOADED), `${JSON.stringify(demo)}\n`);

/** Whether the demo that was loaded has a Salesforce; undefined where none has been loaded to its end. */
export const loadedSalesforce = (dataDir: string): boolean | undefined =>
  isLoaded(dataDir) ? (JSON.parse(readFileSync(join(dataDir, LOADED), 'utf8')) as Loaded).salesforce === true : undefined;

/** Throws where a start would mix the demo company with its user's own data. `--fresh` takes everything away first, so nothing mixes. */
export const checkContents = (dataDir: string, { empty, fresh }: { readonly empty: boolean; readonly fresh: boolean }): void => {
  if (fresh) return;
  const contents = contentsOf(dataDir);
  if (contents === 'own' && !empty)
    throw new Error(
      `the data folder ${dataDir} was started empty, and the demo is not loaded into it: go on with it by --empty, take --fresh to delete what it holds and load the demo, or give --data another folder`,
    );
  if (contents === 'demo' && empty)
    throw new Error(
      `the data folder ${dataDir} holds the demo company: go on with it without --empty, take --empty --fresh to delete what it holds, or give --data another folder`,
    );
};
