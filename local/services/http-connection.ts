import { connect, type Socket } from 'node:net';

/**
 * A small HTTP/1.1 client for one loopback peer that always answers with a content length: a pool of kept sockets, one
 * request on each at a time, no headers object, no stream. Node's own client costs several times as much per request.
 */
export interface HttpPeer {
  readonly post: (
    headers: Readonly<Record<string, string>>,
    body: Buffer | string,
  ) => Promise<{ readonly status: number; readonly body: Buffer }>;
  readonly close: () => void;
}

type Answer = { readonly status: number; readonly body: Buffer };
type Job = {
  readonly request: readonly (string | Buffer)[];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: Error) => void;
};

const MAXIMUM_SOCKETS = 32;
const HEAD_END = Buffer.from('\r\n\r\n');

/** Mostly one piece. */
const joined = (chunks: readonly Buffer[]): Buffer => (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));

export const createHttpPeer = (host: string, port: number): HttpPeer => {
  const idle: Socket[] = [];
  const waiting: Job[] = [];
  const open = new Map<
    Socket,
    { job: Job | undefined; chunks: Buffer[]; received: number; head: { readonly status: number; readonly bytes: number } | undefined }
  >();
  let closed = false;

  const fail = (socket: Socket, error: Error): void => {
    const job = open.get(socket)?.job;
    open.delete(socket);
    const at = idle.indexOf(socket);
    if (at >= 0) idle.splice(at, 1);
    socket.destroy();
    if (job !== undefined) job.reject(error);
    next();
  };

  const done = (socket: Socket, answer: Answer): void => {
    const state = open.get(socket);
    const job = state?.job;
    if (state !== undefined) {
      state.job = undefined;
      state.chunks = [];
      state.received = 0;
      state.head = undefined;
    }
    idle.push(socket);
    job?.resolve(answer);
    next();
  };

  const onData = (socket: Socket, chunk: Buffer): void => {
    const state = open.get(socket);
    if (state === undefined) return;
    state.chunks.push(chunk);
    state.received += chunk.length;
    if (state.head === undefined) {
      const all = joined(state.chunks);
      const end = all.indexOf(HEAD_END);
      if (end < 0) return;
      const text = all.toString('latin1', 0, end);
      const length = /\r\ncontent-length: *(\d+)/i.exec(text);
      if (length === null) {
        fail(socket, new Error(`The peer at ${host}:${port} answered without a content length.`));
        return;
      }
      state.head = { status: Number(text.slice(9, 12)), bytes: Number(length[1]) };
      const body = all.subarray(end + HEAD_END.length);
      state.chunks = [body];
      state.received = body.length;
    }
    const { status, bytes } = state.head;
    // Joined once, when all of it is there: answers of megabytes come in a hundred pieces.
    if (state.received >= bytes) done(socket, { status, body: joined(state.chunks).subarray(0, bytes) });
  };

  const begin = (socket: Socket, job: Job): void => {
    const state = open.get(socket);
    if (state === undefined) return;
    state.job = job;
    socket.cork();
    for (const part of job.request) socket.write(part);
    socket.uncork();
  };

  /** A kept socket that can still be written to: the peer may have ended some while they were idle. */
  const kept = (): Socket | undefined => {
    for (let socket = idle.pop(); socket !== undefined; socket = idle.pop()) {
      if (socket.writable && !socket.readableEnded) return socket;
      open.delete(socket);
      socket.destroy();
    }
    return undefined;
  };

  const next = (): void => {
    while (waiting.length > 0) {
      const socket = kept() ?? (open.size < MAXIMUM_SOCKETS ? openSocket() : undefined);
      const job = socket === undefined ? undefined : waiting.shift();
      if (socket === undefined || job === undefined) return;
      begin(socket, job);
    }
  };

  const openSocket = (): Socket => {
    const socket = connect({ host, port, noDelay: true });
    open.set(socket, { job: undefined, chunks: [], received: 0, head: undefined });
    socket.on('data', (chunk: Buffer) => onData(socket, chunk));
    socket.on('error', (error) => fail(socket, error));
    socket.on('end', () => fail(socket, new Error(`The peer at ${host}:${port} closed the connection.`)));
    socket.on('close', () => {
      if (open.has(socket)) fail(socket, new Error(`The peer at ${host}:${port} closed the connection.`));
    });
    return socket;
  };

  return {
    post: (headers, body) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new Error(`The connection to ${host}:${port} is closed.`));
          return;
        }
        let head = `POST / HTTP/1.1\r\nhost: ${host}:${port}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
        for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
        waiting.push({ request: [`${head}\r\n`, body], resolve, reject });
        next();
      }),
    close: () => {
      closed = true;
      for (const socket of open.keys()) socket.destroy();
      open.clear();
    },
  };
};
