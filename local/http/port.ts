import { createServer } from 'node:net';

/** Rejects where the port is taken, before any work is done for nothing; 0 takes a free one. */
export const checkPort = async (port: number): Promise<void> => {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? portInUse(port) : error));
    probe.listen(port, '127.0.0.1', resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
};

export const portInUse = (port: number): Error => new Error(`port ${port} is in use: stop what runs there, or choose another with --port`);
