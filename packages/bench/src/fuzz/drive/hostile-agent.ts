import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as z from 'zod';
import type { WebhookCase } from '../inputs/case.ts';
import { writePieces } from './send-pieces.ts';

const LOOPBACK = '127.0.0.1';
const callSchema = z.object({ session_id: z.string(), epoch: z.number(), attempt: z.number() });
/** A call is answered for so long at most. */
const HANG_LIMIT_MS = 60_000;

export const HONEST_TEXT = 'An honest reply.';

/** The agents of a run: each session gets the answer of its case, and an honest one when it has none. */
export class HostileAgent {
  readonly #server: Server;
  readonly #scripts = new Map<string, WebhookCase>();
  readonly #calls = new Map<string, Map<number, number>>();

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  static async listen(port: number): Promise<HostileAgent> {
    const agent = new HostileAgent();
    await new Promise<void>((resolve, reject) => {
      agent.#server.once('error', reject);
      agent.#server.listen(port, LOOPBACK, () => resolve());
    });
    return agent;
  }

  /** From now on this session's calls are answered as the case has it. */
  play(sessionId: string, one: WebhookCase): void {
    this.#scripts.set(sessionId, one);
  }

  /** Calls of a session by epoch. */
  callsOf(sessionId: string): ReadonlyMap<number, number> {
    return this.#calls.get(sessionId) ?? new Map();
  }

  /** The session's turn is over and judged. */
  forget(sessionId: string): void {
    this.#scripts.delete(sessionId);
    this.#calls.delete(sessionId);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) if (part instanceof Buffer) parts.push(part);
    const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    const call = callSchema.parse(body);
    const made = this.#count(call.session_id, call.epoch);
    const script = this.#scripts.get(call.session_id);
    if (script === undefined || made > (script.calls ?? Number.POSITIVE_INFINITY)) {
      answerWell(response);
      return;
    }
    await answerBadly(request, script);
  }

  #count(sessionId: string, epoch: number): number {
    const epochs = this.#calls.get(sessionId) ?? new Map<number, number>();
    const made = (epochs.get(epoch) ?? 0) + 1;
    epochs.set(epoch, made);
    this.#calls.set(sessionId, epochs);
    return made;
  }
}

function answerWell(response: ServerResponse): void {
  const chunks = [
    { type: 'start' },
    { type: 'text-start', id: 't' },
    { type: 'text-delta', id: 't', delta: HONEST_TEXT },
    { type: 'text-end', id: 't' },
    { type: 'finish' },
  ];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(
    `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`,
  );
}

/** Writes past the HTTP library: the case's bytes are the whole of the answer. */
async function answerBadly({ socket }: IncomingMessage, one: WebhookCase): Promise<void> {
  socket.on('error', () => undefined);
  const timer = setTimeout(() => socket.destroy(), HANG_LIMIT_MS);
  socket.once('close', () => clearTimeout(timer));
  await writePieces(socket, one.answer, {}, () => socket.destroyed);
  switch (one.ending) {
    case 'end':
      socket.end();
      return;
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'hang':
      return;
    default:
      one.ending satisfies never;
  }
}
