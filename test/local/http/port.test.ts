import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkPort } from '../../../local/http/port.ts';

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

const listen = async (answer: RequestListener): Promise<number> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return (server.address() as AddressInfo).port;
};

describe('the port for people', () => {
  it('is free where nothing listens, and stays so after the check', async () => {
    const port = await listen((_request, response) => response.end());
    await close?.();
    await checkPort(port);
    await checkPort(port);
  });

  it.each<[string, RequestListener]>([
    ['a page', (_request, response) => response.end('<html>')],
    ['other JSON', (_request, response) => response.end('{"stack":"mean"}')],
    ['nothing', () => undefined],
    ['a closed connection', (_request, response) => void response.destroy()],
  ])('refuses a port where something else answers with %s, and says how to find it or go elsewhere', async (_what, answer) => {
    const port = await listen(answer);
    await expect(checkPort(port)).rejects.toThrow(
      [
        `port ${port} is in use, and what listens there does not answer as a local stack of Ascent:`,
        `  take another port   npm start -- --port ${port + 1}`,
        '  or find and stop what runs there',
        `                      lsof -nP -iTCP:${port} -sTCP:LISTEN   (Linux and macOS)`,
        `                      ss -ltnp 'sport = :${port}'   (Linux)`,
      ].join('\n'),
    );
  });
});
