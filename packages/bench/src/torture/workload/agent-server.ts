import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as z from 'zod';
import type { AgentDelivery } from '../checker/run-record.ts';
import { between, pick } from '../seeded-random.ts';
import { MISBEHAVIOURS, type Misbehaviour, misbehave } from './misbehaviour.ts';

const LOOPBACK = '127.0.0.1';
/** Calls that are kept for the check; beyond them agents still answer, unchecked. */
const DELIVERIES_MAX = 200_000;

const callSchema = z.object({ session_id: z.string(), epoch: z.number(), attempt: z.number() });

/** A call while it is answered; what becomes an AgentDelivery in the end. */
interface Call {
  readonly session: number;
  readonly epoch: number;
  readonly attempt: number;
  readonly webhookId: string;
  readonly expectedWebhookId: string;
  readonly pieces: string[];
  completed: boolean;
  readonly atMs: number;
}

/** The agents of a run: they stream short answers, and misbehave on command. */
export class AgentServer {
  readonly misbehaved = new Map<Misbehaviour, number>();
  readonly #server: Server;
  readonly #random: () => number;
  readonly #sessionNumber: (sessionId: string) => number | null;
  readonly #calls: Call[] = [];
  #isBad = false;
  #handled = 0;

  private constructor(random: () => number, sessionNumber: (sessionId: string) => number | null) {
    this.#random = random;
    this.#sessionNumber = sessionNumber;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
    // Who hangs up is not worth a word.
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  static async listen(
    port: number,
    random: () => number,
    sessionNumber: (sessionId: string) => number | null,
  ): Promise<AgentServer> {
    const agents = new AgentServer(random, sessionNumber);
    await new Promise<void>((resolve, reject) => {
      agents.#server.once('error', reject);
      agents.#server.listen(port, LOOPBACK, () => resolve());
    });
    return agents;
  }

  get deliveries(): readonly AgentDelivery[] {
    return this.#calls;
  }

  get handled(): number {
    return this.#handled;
  }

  setMisbehaving(isBad: boolean): void {
    this.#isBad = isBad;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = this.#callOf(callSchema.parse(JSON.parse(await bodyOf(request))), request);
    this.#handled += 1;
    if (this.#calls.length < DELIVERIES_MAX) this.#calls.push(call);
    const begin = (): void => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event({ type: 'start' }) + event({ type: 'text-start', id: 't' }));
    };
    const writePiece = (): void => {
      response.write(event({ type: 'text-delta', id: 't', delta: nextPiece(call) }));
    };
    const how = this.#isBad ? pick(MISBEHAVIOURS, this.#random) : null;
    if (how !== null) {
      this.misbehaved.set(how, (this.misbehaved.get(how) ?? 0) + 1);
      if (misbehave(how, { response, socket: request.socket, begin, writePiece })) return;
    }
    begin();
    const pieces = between(2, 6, this.#random);
    for (let piece = 0; piece < pieces && response.writable; piece += 1) {
      const line = event({ type: 'text-delta', id: 't', delta: nextPiece(call) });
      if (how === 'one-byte-at-a-time') await drip(response, line);
      else response.write(line);
      await pause(between(5, 40, this.#random));
    }
    if (!response.writable) return;
    // Its text is whole; the record says so once the system has taken all of it.
    response.once('finish', () => {
      call.completed = true;
    });
    response.end(
      `${event({ type: 'text-end', id: 't' })}${event({ type: 'finish' })}data: [DONE]\n\n`,
    );
  }

  #callOf(body: z.output<typeof callSchema>, request: IncomingMessage): Call {
    const session = this.#sessionNumber(body.session_id);
    if (session === null) throw new Error(`a call for ${body.session_id}, which is not ours`);
    return {
      session,
      epoch: body.epoch,
      attempt: body.attempt,
      webhookId: String(request.headers['webhook-id']),
      expectedWebhookId: `${body.session_id}:${body.epoch}`,
      pieces: [],
      completed: false,
      atMs: performance.now(),
    };
  }
}

/** Differs between calls, so that two attempts can't be taken for each other. */
function nextPiece(call: Call): string {
  const piece = `${call.epoch}/${call.attempt}/${call.pieces.length} `;
  call.pieces.push(piece);
  return piece;
}

function event(chunk: Readonly<Record<string, string>>): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) if (part instanceof Buffer) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

async function drip(response: ServerResponse, text: string): Promise<void> {
  for (const byte of Buffer.from(text)) {
    response.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
