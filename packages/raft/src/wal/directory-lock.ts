import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
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
 * abstract: it vanishes with the process, however that ends, so a lock is never stale.
 */
export function lockDirectory(directory: string): Promise<Server> {
  const path = realpathSync(directory);
  const name = createHash('sha256').update(path).digest('hex').slice(0, 32);
  const address = process.platform === 'linux' ? `\0fleetlm-${name}` : join(path, 'lock.sock');
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new DirectoryInUseError(directory) : error);
    });
    server.listen(address, () => {
      server.unref();
      resolve(server);
    });
  });
}
