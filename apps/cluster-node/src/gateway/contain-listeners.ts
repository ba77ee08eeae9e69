import { IncomingMessage, type Server } from 'node:http';
import { contained } from './contained.ts';

/** An exception of whatever listens for requests and upgrades ends the connection that it was about. */
export function containListeners(server: Server): void {
  for (const name of ['request', 'upgrade']) {
    const listeners = server.listeners(name);
    server.removeAllListeners(name);
    for (const listener of listeners) {
      server.on(name, (...args: readonly unknown[]) =>
        contained(
          'listener',
          () => Reflect.apply(listener, server, args),
          () => {
            const [request] = args;
            if (request instanceof IncomingMessage) request.socket.destroy();
          },
        )(),
      );
    }
  }
}
