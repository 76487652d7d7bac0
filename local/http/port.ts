import { createServer } from 'node:net';
import * as z from 'zod/mini';

/** Rejects where the port is taken, before any work is done for nothing; 0 takes a free one. */
export const checkPort = async (port: number): Promise<void> => {
  const probe = createServer();
  const taken = await new Promise<boolean>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(true);
      else reject(error);
    });
    probe.listen(port, '127.0.0.1', () => resolve(false));
  });
  if (taken) throw await portInUse(port);
  await new Promise((resolve) => probe.close(resolve));
};

/** What `/local/stack` of a running stack answers. */
const stackSchema = z.object({ stack: z.literal('ascent'), pid: z.int(), dataDir: z.string() });
type RunningStack = z.infer<typeof stackSchema>;

/** A stack that loads the demo answers late, and one that hangs not at all. */
const ANSWER_WITHIN_MS = 2_000;

/** The local stack of Ascent that listens on the port; undefined where it is anything else, or does not answer. */
const stackOn = async (port: number): Promise<RunningStack | undefined> => {
  const url = `http://127.0.0.1:${port}/local/stack`;
  // Whatever goes wrong with the question says the same as another answer: what listens there is not known to be ours.
  const answer: unknown = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS), redirect: 'manual' })
    .then((response) => response.json())
    .catch(() => undefined);
  const parsed = stackSchema.safeParse(answer);
  return parsed.success ? parsed.data : undefined;
};

const HIGHEST_PORT = 65_535;

/** Says what holds the port, and each way on. */
export const portInUse = async (port: number): Promise<Error> => {
  const other = port < HIGHEST_PORT ? port + 1 : port - 1;
  const running = await stackOn(port);
  return new Error(running === undefined ? takenByAnother(port, other) : takenByAscent(port, other, running));
};

const takenByAscent = (port: number, other: number, { pid, dataDir }: RunningStack): string =>
  `port ${port} is in use by a local stack of Ascent, which runs already (process ${pid}, data in ${dataDir}):
  use it       http://localhost:${port}/local
  or stop it   kill ${pid}
  or start another beside it, with data of its own
               npm start -- --port ${other} --data .ascent/other`;

const takenByAnother = (port: number, other: number): string =>
  `port ${port} is in use, and what listens there does not answer as a local stack of Ascent:
  take another port   npm start -- --port ${other}
  or find and stop what runs there
                      lsof -nP -iTCP:${port} -sTCP:LISTEN   (Linux and macOS)
                      ss -ltnp 'sport = :${port}'   (Linux)`;
