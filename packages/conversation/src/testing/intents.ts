import fc from 'fast-check';
import type { Command } from '../commands/commands.ts';
import {
  answerCheckpoint,
  type GroupState,
  getSession,
  type Session,
  WHILE_ANSWERING,
} from '../index.ts';
import { message } from './commands.ts';

/**
 * A random wish of a user; it becomes a command when the state is known, so that epochs, attempts and cursors
 * are often right and sometimes just wrong. Ids are numbered, so a run is made of its intents alone.
 */
export interface Intent {
  readonly kind:
    | 'create'
    | 'say'
    | 'agent-says'
    | 'resend'
    | 'read'
    | 'archive'
    | 'update'
    | 'erase'
    | 'start'
    | 'defer'
    | 'complete'
    | 'fail'
    | 'stop'
    | 'checkpoint'
    | 'retry'
    | 'flush';
  readonly session: number;
  /** Off by this much: of an epoch, an attempt, a seq. */
  readonly off: number;
  readonly share: number;
  readonly elapsedMs: number;
  /** So many times in a row: small windows are outgrown. */
  readonly times: number;
}

export const SESSIONS = ['00-A', '00-B', '00-C', '00-D'];
const USERS = ['alice', 'bob', 'alice', 'alice'];
export const AGENT = 'bot';

const kind = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('say' as const, 'agent-says' as const) },
  { weight: 4, arbitrary: fc.constantFrom('start' as const, 'complete' as const) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'create' as const,
      'resend' as const,
      'read' as const,
      'defer' as const,
      'fail' as const,
      'stop' as const,
      'checkpoint' as const,
      'retry' as const,
      'flush' as const,
    ),
  },
  { weight: 1, arbitrary: fc.constant('archive' as const) },
  { weight: 1, arbitrary: fc.constantFrom('update' as const, 'update' as const, 'erase' as const) },
);

const intent: fc.Arbitrary<Intent> = fc.record({
  kind,
  session: fc.nat({ max: SESSIONS.length - 1 }),
  off: fc.oneof(
    { weight: 8, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(-1, 1) },
  ),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  elapsedMs: fc.integer({ min: -300, max: 1_500 }),
  times: fc.oneof(
    { weight: 6, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.integer({ min: 2, max: 40 }) },
  ),
});

/** Begins with the creation of all sessions: a run in a void shows little. */
export const intents: fc.Arbitrary<readonly Intent[]> = fc
  .array(intent, { minLength: 1, maxLength: 90 })
  .map((wanted) => [...SESSIONS.map((_, session) => creation(session)), ...wanted]);

function creation(session: number): Intent {
  return { kind: 'create', session, off: 0, share: 0, elapsedMs: 0, times: 1 };
}

/** Turns intents into commands against the state of the moment. */
export class Wishes {
  #timeMs = 1_790_000_000_000;
  #number = 0;
  /** By session, the newest message that asks. */
  readonly #asked = new Map<string, string>();
  /** Every append so far, to be sent again. */
  readonly #appends: Command[] = [];

  *commands(state: GroupState, wanted: readonly Intent[]): Generator<Command> {
    for (const wish of wanted) {
      this.#timeMs += wish.elapsedMs;
      const times = wish.kind === 'say' || wish.kind === 'agent-says' ? wish.times : 1;
      for (let time = 0; time < times; time += 1) yield this.#command(state, wish);
    }
  }

  #command(state: GroupState, { kind, session: index, off, share }: Intent): Command {
    this.#number += 1;
    const sessionId = SESSIONS[index] ?? 'gone';
    const userId = USERS[index] ?? 'unknown';
    const session = getSession(state, sessionId);
    const timeMs = this.#timeMs;
    const lastSeq = session?.lastSeq ?? 0;
    const dispatch = session?.dispatch ?? { status: 'idle', epoch: 0 };
    const epoch = dispatch.epoch + off;
    const attempt = 'attempt' in dispatch ? dispatch.attempt : 1;
    const base = { sessionId, timeMs };
    switch (kind) {
      case 'create':
        return {
          type: 'create-session',
          ...base,
          userId: off === 0 ? userId : 'mallory',
          agentId: AGENT,
          metadata: new Uint8Array([123, 125]),
        };
      case 'say':
      case 'agent-says':
        return this.#append(base, kind === 'say' ? userId : null, off, { epoch, attempt, share });
      case 'resend':
        return this.#earlier(share) ?? { type: 'retry-dispatch', ...base };
      case 'read':
        return { type: 'mark-read', ...base, userId, lastSeq: Math.round(lastSeq * share) + off };
      case 'archive':
        return { type: 'archive-session', ...base };
      case 'erase':
        return { type: 'erase-session', ...base };
      case 'update':
        return {
          type: 'update-session',
          ...base,
          metadata: new Uint8Array([0x7b, 0x20, 0x7d]),
          status: 'active',
        };
      case 'start':
        return { type: 'start-dispatch', ...base, epoch, attempt: attempt + (share < 0.9 ? 1 : 0) };
      case 'defer':
        return {
          type: 'defer-dispatch',
          ...base,
          epoch,
          attempt,
          nextAttemptAtMs: timeMs + Math.round(share * 9_000),
          error: 'busy',
        };
      case 'complete':
        return {
          type: 'complete-dispatch',
          ...base,
          epoch,
          attempt,
          message: this.#reply(sessionId),
        };
      case 'fail':
        return { type: 'fail-dispatch', ...base, epoch, attempt, error: 'broken' };
      case 'stop':
        return {
          type: 'stop-dispatch',
          ...base,
          epoch,
          partial: share < 0.5 ? this.#reply(sessionId) : null,
        };
      case 'checkpoint': {
        const fromIndex = this.#checkpointIndex(session, attempt) + Math.abs(off);
        const toIndex = fromIndex + 1 + Math.round(share * 3);
        const chunks = new Uint8Array(toIndex - fromIndex);
        return { type: 'checkpoint-answer', ...base, epoch, attempt, fromIndex, toIndex, chunks };
      }
      case 'retry':
        return { type: 'retry-dispatch', ...base };
      case 'flush':
        return {
          type: 'mark-flushed',
          mark: state.archiveMark + 1,
          watermarks: [
            {
              sessionId,
              seq: Math.round(lastSeq * share) + Math.max(off, 0),
              sessionVersion: Math.round((session?.version ?? 0) * share),
            },
          ],
          timeMs,
        };
      default:
        return kind satisfies never;
    }
  }

  #checkpointIndex(session: Session | null, attempt: number): number {
    const checkpoint = session === null ? null : answerCheckpoint(session);
    return checkpoint?.attempt === attempt ? checkpoint.index : 0;
  }

  #append(
    base: { readonly sessionId: string; readonly timeMs: number },
    userId: string | null,
    off: number,
    { epoch, attempt, share }: { epoch: number; attempt: number; share: number },
  ): Command {
    const number = this.#number;
    const whileAnswering = WHILE_ANSWERING[Math.floor(share * 3.99)] ?? 'queue';
    const isHeld = epoch > 0 && attempt > 0 && number % 3 > 0;
    const partial =
      number % 3 === 1 ? message(number, { kind: 'assistant', id: `held-${number}` }) : null;
    const id = userId ?? AGENT;
    const append: Command = {
      type: 'append-message',
      ...base,
      sender: { type: userId === null ? 'agent' : 'user', id: off === 0 ? id : 'mallory' },
      clientMessageId: `client-${number}`,
      message: userId === null ? this.#reply(base.sessionId) : this.#said(base.sessionId, share),
      debounceMs: 500,
      whileAnswering,
      held: isHeld ? { epoch, attempt, partial } : null,
    };
    this.#appends.push(append);
    return append;
  }

  #message() {
    return message(this.#number, {
      kind: this.#number % 2 === 0 ? 'text' : `kind-${this.#number}`,
    });
  }

  /** A message of the agent; every second one asks its user for two decisions. */
  #reply(sessionId: string) {
    const plain = this.#message();
    if (this.#number % 2 === 0) return plain;
    this.#asked.set(sessionId, plain.id);
    return { ...plain, requests: { names: [plain.id], keys: ['a', 'b'] } };
  }

  /** A message of the user; where the agent has asked, most of them decide one request, the other, both, or none. */
  #said(sessionId: string, share: number) {
    const plain = this.#message();
    const name = this.#asked.get(sessionId);
    if (name === undefined || share > 0.7) return plain;
    const keys = share < 0.2 ? ['a'] : share < 0.4 ? ['b'] : share < 0.6 ? ['a', 'b'] : ['c'];
    return { ...plain, kind: 'tool-response', response: { name, keys } };
  }

  #earlier(share: number): Command | undefined {
    return this.#appends.at(Math.floor(share * this.#appends.length));
  }
}
