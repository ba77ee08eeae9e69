import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface AgentCallSeen {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An agent over real HTTP that does what the test says. */
export class FakeAgent {
  readonly calls: AgentCallSeen[] = [];
  handler: Handler = (_, response) => stream(response).end(sse(...HELLO));
  /** Requests that have not ended. */
  open = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((request, response) => {
      this.open += 1;
      response.once('close', () => {
        this.open -= 1;
      });
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        this.calls.push({ headers: request.headers, body });
        this.handler(request, response, body);
      });
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this.url;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function sse(...chunks: readonly object[]): string {
  return chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
}

export function stream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' });
}

export const delta = (text: string): object => ({ type: 'text-delta', id: '1', delta: text });

/** The beginning of an answer, up to its first content. */
export const OPENING: readonly object[] = [{ type: 'start' }, { type: 'text-start', id: '1' }];

export const HELLO: readonly object[] = [
  ...OPENING,
  delta('Hello'),
  { type: 'text-end', id: '1' },
  { type: 'finish' },
];
