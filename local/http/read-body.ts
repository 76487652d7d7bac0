import type { IncomingMessage } from 'node:http';

/**
 * The whole body of a request, or undefined where it is longer than allowed; it is read to its end all the same, so that
 * the client hears the answer instead of a reset connection. (Plain listeners: an async iterator costs several times as much.)
 */
export const readBody = (request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
    });
    request.once('end', () => {
      const [first] = chunks;
      if (bytes > maxBytes) resolve(undefined);
      else resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    request.once('error', reject);
  });
