import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpPeer } from '../../../local/services/http-connection.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** A peer that does with each request what the test says. */
const startPeer = async (onRequest: (socket: Socket, request: string) => void) => {
  let connections = 0;
  server = createServer((socket) => {
    connections += 1;
    let buffered = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      buffered += chunk.toString('latin1');
      const end = buffered.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/.exec(buffered)?.[1] ?? Number.NaN);
      if (end < 0 || buffered.length < end + 4 + length) return;
      const request = buffered.slice(0, end + 4 + length);
      buffered = buffered.slice(end + 4 + length);
      onRequest(socket, request);
    });
  });
  const listening = server;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return { peer: createHttpPeer('127.0.0.1', (listening.address() as AddressInfo).port), connections: () => connections };
};

const answer = (body: string, status = 200): string => `HTTP/1.1 ${status} X\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('the connection to the emulator', () => {
  it('sends headers and body, and gives status and body back, over one kept socket', async () => {
    const { peer, connections } = await startPeer((socket, request) => socket.write(answer(request.slice(-3), 400)));
    expect(await peer.post({ 'x-a': 'b' }, 'one')).toMatchObject({ status: 400 });
    expect(String((await peer.post({}, 'two')).body)).toBe('two');
    expect(connections()).toBe(1);
    peer.close();
  });

  it('puts an answer together that comes in pieces, its head too', async () => {
    const { peer } = await startPeer((socket) => {
      const whole = answer('x'.repeat(100_000));
      socket.write(whole.slice(0, 10));
      setTimeout(() => socket.write(whole.slice(10, 60_000)), 5);
      setTimeout(() => socket.write(whole.slice(60_000)), 10);
    });
    expect((await peer.post({}, '')).body.length).toBe(100_000);
    peer.close();
  });

  it('keeps many requests at once apart', async () => {
    const { peer } = await startPeer((socket, request) => setTimeout(() => socket.write(answer(request.slice(-3))), Math.random() * 5));
    const bodies = Array.from({ length: 200 }, (_, at) => String(100 + at));
    expect((await Promise.all(bodies.map((body) => peer.post({}, body)))).map(({ body }) => String(body))).toEqual(bodies);
    peer.close();
  });

  it('fails the request whose socket ends, and goes on with a new one', async () => {
    let first = true;
    const { peer } = await startPeer((socket) => {
      if (first) socket.destroy();
      else socket.write(answer('ok'));
      first = false;
    });
    await expect(peer.post({}, 'a')).rejects.toThrow(/closed the connection|ECONNRESET/);
    expect(String((await peer.post({}, 'b')).body)).toBe('ok');
    peer.close();
    await expect(peer.post({}, 'c')).rejects.toThrow('is closed');
  });

  it('asks on a new socket where the peer has ended the kept one meanwhile', async () => {
    const sockets: Socket[] = [];
    const { peer } = await startPeer((socket) => {
      sockets.push(socket);
      socket.write(answer('ok'));
    });
    await peer.post({}, 'a');
    sockets[0]?.end();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(String((await peer.post({}, 'b')).body)).toBe('ok');
    expect(new Set(sockets).size).toBe(2);
    peer.close();
  });
});
