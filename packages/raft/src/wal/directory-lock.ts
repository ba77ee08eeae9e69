import { createHash } from 'node:crypto';
import { realpathSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

export class DirectoryInUseError extends Error {
  constructor(directory: string) {
    super(
      `${directory} is in use by another process; stop that one, or give this one a DATA_DIR of its own`,
    );
    this.name = 'DirectoryInUseError';
  }
}

/**
 * Keeps a second process off a data directory by listening on a socket named after it. On Linux the name is
 * abstract: it vanishes with the process, however that ends, so a lock is never stale. Elsewhere it is a file
 * in the directory that is taken over when nobody answers on it. The directory must exist. Closing the server
 * gives the lock back. Rejects with DirectoryInUseError.
 */
export async function lockDirectory(directory: string): Promise<Server> {
  const path = realpathSync(directory);
  const server =
    process.platform === 'linux'
      ? await listen(abstractName(path))
      : await listenOnFile(join(path, 'lock.sock'));
  if (server === null) throw new DirectoryInUseError(directory);
  server.unref();
  return server;
}

function abstractName(path: string): string {
  return `\0fleetlm-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
}

/** Null: somebody else listens there. */
function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}

async function listenOnFile(address: string): Promise<Server | null> {
  const server = await listen(address);
  if (server !== null || (await answers(address))) return server;
  unlinkSync(address);
  return await listen(address);
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
