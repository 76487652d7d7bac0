import { readFile } from 'node:fs/promises';
import { startToken, whyNoAnswer } from './ask-api.ts';

interface Loaded {
  readonly loaded: number;
  readonly unchanged: number;
  readonly dryRun: boolean;
  readonly problems: readonly Refused[];
}

interface Refused {
  readonly field: string;
  readonly detail: string;
}

const refusedLine = ({ field, detail }: Refused): string => `${field}: ${detail}`;

const loadedLine = ({ loaded, unchanged, dryRun, problems }: Loaded): string => {
  const rows = new Set(problems.map(({ field }) => field.split('.')[0])).size;
  const refused = rows === 0 ? '' : `; rows refused: ${rows}`;
  return `${loaded} ${dryRun ? 'would be ' : ''}loaded, ${unchanged} were there already${refused}`;
};

const send = async (url: string, file: Uint8Array<ArrayBuffer>, dryRun: boolean): Promise<number> => {
  const response = await fetch(`${url}/api/v1/costs${dryRun ? '?dryRun=true' : ''}`, {
    method: 'PUT',
    headers: { 'content-type': 'text/csv', authorization: `Bearer ${await startToken(url)}` },
    body: file,
  });
  const answer = (await response.json()) as Loaded & { readonly detail?: string };
  for (const problem of answer.problems ?? []) console.error(refusedLine(problem));
  if (!response.ok) {
    console.error(`nothing was loaded: ${answer.detail ?? response.status}`);
    return 1;
  }
  console.log(loadedLine(answer));
  return answer.problems.length === 0 ? 0 : 1;
};

/**
 * Sends a file of costs through the front door, as anybody does who may write: `PUT /api/v1/costs` with text/csv. Prints what is wrong with it
 * row by row, and answers the exit code: 0 where all of it was right. A file that cannot be read is an error of the caller.
 */
export const sendCosts = async (path: string, dryRun: boolean, port: number): Promise<number> => {
  const file = await readFile(path);
  return send(`http://127.0.0.1:${port}`, file, dryRun).catch((error: unknown) => {
    console.error(whyNoAnswer(error, port));
    return 1;
  });
};
