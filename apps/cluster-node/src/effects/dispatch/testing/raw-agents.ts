import { createServer, type Server, type Socket } from 'node:net';

/** Agents that speak TCP and no HTTP of anybody's library. */
export class RawAgents {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  /** `onRequest` is called with the first bytes of every connection. */
  async listen(onRequest: (socket: Socket) => void): Promise<string> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      // The other side breaks off: that is what these tests are about.
      socket.on('error', () => undefined);
      socket.once('data', () => onRequest(socket));
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      this.#servers.map((server) => new Promise((resolve) => server.close(resolve))),
    );
  }
}
