import {
  ackError,
  type Failure,
  type InboxJoined,
  inboxJoinSchema,
  inboxPageSchema,
  invalidField,
  parse,
  sendMessageSchema,
  sessionJoinSchema,
  sessionReadSchema,
  sessionRefSchema,
} from '@fleetlm/protocol';
import type { Socket } from 'socket.io';
import * as z from 'zod';
import type { Runtime } from '../runtime/runtime-api.ts';
import { inComponent } from '../telemetry/component-turns.ts';
import { reportHandlerError } from '../telemetry/guarded.ts';
import type { Metrics, SocketEventName } from '../telemetry/metrics.ts';
import { noSession, valueForUser, visibleSession } from './access.ts';
import { contained } from './contained.ts';
import type { Identity } from './identity.ts';
import {
  INBOX_SESSIONS_MAX,
  SOCKET_IN_FLIGHT_MAX,
  SOCKET_RATE,
  SOCKET_ROOMS_MAX,
} from './limits.ts';
import { PageTurns } from './page-turns.ts';
import { RequestError, valueOrThrow, whenLive } from './request-error.ts';
import { joinSession } from './session-join.ts';
import { inboxRoom, type SocketRooms, sessionRoom } from './socket-rooms.ts';
import { TokenBucket } from './token-bucket.ts';
import { inboxEntry, isoTime } from './wire.ts';

export interface SocketSessionOptions {
  readonly socket: Socket;
  readonly identity: Identity;
  readonly rooms: SocketRooms;
  readonly runtime: Runtime;
  readonly metrics: Metrics;
  /** Takes one event and its bytes from the quotas; throws `rate_limited`. */
  readonly take: () => void;
}

type Ack = (answer: object) => void;

const pingSchema = z.strictObject({});

/** One socket: its events, each answered by its ack, within its limits. */
export class SocketSession {
  readonly #options: SocketSessionOptions;
  readonly #rate = new TokenBucket(SOCKET_RATE, performance.now());
  readonly #joined = new Set<string>();
  readonly #pages: PageTurns;
  #inFlight = 0;

  constructor(options: SocketSessionOptions) {
    this.#options = options;
    this.#pages = new PageTurns(options.socket.conn);
  }

  listen(): void {
    const { runtime, identity, socket } = this.#options;
    this.#on('session:join', sessionJoinSchema, async (payload, ack) => {
      const room = sessionRoom(payload.session_id);
      this.#makeRoom(room);
      await this.#pages.run(async () => {
        await joinSession({ socket, room, runtime, identity, ...renamed(payload) }, ack);
        this.#joined.add(room);
      });
    });
    // In its turn: a join that was asked for before it must not follow it.
    this.#on('session:leave', sessionRefSchema, async ({ session_id }, ack) =>
      this.#pages.run(async () => {
        this.#leave(sessionRoom(session_id));
        ack({ ok: true });
      }),
    );
    this.#onSend();
    this.#on('session:read', sessionReadSchema, async ({ session_id, last_seq }, ack) => {
      const userId = await this.#actingUser(session_id);
      const input = { sessionId: session_id, userId, lastSeq: last_seq };
      const { lastReadSeq } = valueForUser(identity, session_id, await runtime.markRead(input));
      ack({ ok: true, last_read_seq: lastReadSeq });
    });
    this.#on('session:stop', sessionRefSchema, async ({ session_id }, ack) => {
      await visibleSession(runtime, identity, session_id);
      valueOrThrow(await runtime.stop(session_id));
      ack({ ok: true });
    });
    this.#on('session:retry', sessionRefSchema, async ({ session_id }, ack) => {
      await visibleSession(runtime, identity, session_id);
      valueOrThrow(await runtime.retry(session_id));
      ack({ ok: true });
    });
    this.#on('inbox:join', inboxJoinSchema, async (_payload, ack) =>
      this.#pages.run(() => this.#joinInbox(ack)),
    );
    this.#on('inbox:page', inboxPageSchema, async ({ before }, ack) =>
      this.#pages.run(async () => {
        const { version: _, ...page } = await this.#inbox(this.#ownInbox(), before);
        ack(page);
      }),
    );
    // Clients ask whether the node still answers.
    this.#on('ping', pingSchema, async (_payload, ack) => ack({ ok: true }));
    this.#onUnknown();
  }

  /** The socket is too slow for live events: it gets none until it joins again. */
  dropRooms(): void {
    for (const room of [...this.#joined]) this.#leave(room);
  }

  #leave(room: string): void {
    this.#joined.delete(room);
    void this.#options.socket.leave(room);
  }

  #makeRoom(room: string): void {
    if (this.#joined.size >= SOCKET_ROOMS_MAX && !this.#joined.has(room))
      throw new RequestError(
        'rate_limited',
        `one connection is in at most ${SOCKET_ROOMS_MAX} rooms`,
      );
  }

  /** The hot path: no promise beyond the runtime's own. */
  #onSend(): void {
    const { runtime, identity } = this.#options;
    this.#listen('session:send', (payload, ack, refuse) => {
      const parsed = parse(sendMessageSchema, payload);
      if (!parsed.ok) {
        refuse(parsed);
        return;
      }
      if (identity.type !== 'user') {
        refuse({
          code: 'forbidden',
          detail: 'the API key sends over REST, where it names the user',
        });
        return;
      }
      const { session_id, client_message_id, kind, content, metadata } = parsed.value;
      runtime
        .append({
          sessionId: session_id,
          sender: { type: 'user', id: identity.userId },
          kind,
          content,
          metadata,
          clientMessageId: client_message_id,
        })
        .then(
          (result) => {
            if (result.ok) {
              const { seq, id, insertedAtMs, duplicate } = result.value;
              ack({ ok: true, seq, id, inserted_at: isoTime(insertedAtMs), duplicate });
            } else if (result.error.code === 'forbidden') refuse(noSession(session_id).failure);
            else refuse(result.error);
          },
          (error: unknown) => this.#fault('session:send', error, refuse),
        );
    });
  }

  async #joinInbox(ack: Ack): Promise<void> {
    const { runtime, socket } = this.#options;
    const userId = this.#ownInbox();
    const room = inboxRoom(userId);
    // Joined before it is read: a delta may come first, and the client goes by the version.
    this.#joined.add(room);
    await socket.join(room);
    const subscription = runtime.subscribeInbox(userId, () => undefined);
    try {
      await whenLive(subscription);
      ack(await this.#inbox(userId, null));
    } finally {
      subscription.close();
    }
  }

  #ownInbox(): string {
    const { identity } = this.#options;
    if (identity.type !== 'user')
      throw new RequestError('forbidden', 'the API key has no inbox of its own');
    return identity.userId;
  }

  async #inbox(userId: string, before: string | null): Promise<InboxJoined> {
    const { runtime } = this.#options;
    const input = { userId, limit: INBOX_SESSIONS_MAX, before };
    const { sessions, version, next } = valueOrThrow(await runtime.listSessions(input));
    const entries = sessions.map((session) => inboxEntry(session, runtime));
    return { ok: true, sessions: entries, version, next };
  }

  /** A user reads for itself; the API key for the session's user. */
  async #actingUser(sessionId: string): Promise<string> {
    const { identity, runtime } = this.#options;
    if (identity.type === 'user') return identity.userId;
    return (await visibleSession(runtime, identity, sessionId)).userId;
  }

  #on<S extends z.ZodType>(
    event: SocketEventName,
    schema: S,
    run: (payload: z.output<S>, ack: Ack) => Promise<void>,
  ): void {
    this.#listen(event, (payload, ack, refuse) => {
      const parsed = parse(schema, payload);
      if (!parsed.ok) {
        refuse(parsed);
        return;
      }
      run(parsed.value, ack).catch((error: unknown) => this.#fault(event, error, refuse));
    });
  }

  #fault(event: SocketEventName, error: unknown, refuse: Refuse): void {
    if (error instanceof RequestError) {
      refuse(error.failure);
      return;
    }
    reportHandlerError('socket', error, { event });
    refuse({ code: 'internal', detail: 'something went wrong here' });
  }

  #listen(event: SocketEventName, handle: Handle): void {
    const { socket } = this.#options;
    const take = (...args: readonly unknown[]): void =>
      inComponent('socket', () => this.#handle(event, args, handle));
    socket.on(event, this.#contained(take));
  }

  #handle(event: SocketEventName, args: readonly unknown[], handle: Handle): void {
    const callback = args.at(-1);
    // Every event has an ack; without one nobody wants to know.
    if (!isFunction(callback)) return;
    const { metrics } = this.#options;
    let open = true;
    this.#inFlight += 1;
    const answer = (outcome: 'ok' | 'refused', body: object): void => {
      if (!open) return;
      open = false;
      this.#inFlight -= 1;
      metrics.socketEvents.inc({ event, outcome });
      callback(body);
    };
    const refuse: Refuse = (failure) => answer('refused', { ok: false, error: ackError(failure) });
    if (args.length !== 2) refuse(invalidField('', 'must be one payload and an ack', ONE_PAYLOAD));
    else if (this.#inFlight > SOCKET_IN_FLIGHT_MAX)
      refuse({ code: 'rate_limited', detail: 'too many events of this connection are in flight' });
    else if (!this.#rate.take(performance.now()))
      refuse({ code: 'rate_limited', detail: 'too many events of this connection' });
    else this.#run(event, args[0], handle, (body) => answer('ok', body), refuse);
  }

  /** An event that fails is refused; nothing escapes to the transport, and nobody else notices. */
  #run(event: SocketEventName, payload: unknown, handle: Handle, ack: Ack, refuse: Refuse): void {
    try {
      this.#options.take();
      handle(payload, ack, refuse);
    } catch (error) {
      this.#fault(event, error, refuse);
    }
  }

  #onUnknown(): void {
    const { socket } = this.#options;
    const take = (event: string, ...args: readonly unknown[]): void => {
      if (socket.listenerCount(event) === 0)
        this.#handle('unknown', args, (_payload, _ack, refuse) =>
          refuse(
            invalidField('', 'is not a known event', `there is no event "${event.slice(0, 64)}"`),
          ),
        );
    };
    socket.onAny(this.#contained(take));
  }

  #contained<A extends readonly unknown[]>(run: (...args: A) => void): (...args: A) => void {
    const { socket } = this.#options;
    return contained('socket', run, () => socket.disconnect(true));
  }
}

type Refuse = (failure: Failure) => void;
type Handle = (payload: unknown, ack: Ack, refuse: Refuse) => void;

const ONE_PAYLOAD = 'an event has one payload and an ack';

function isFunction(value: unknown): value is (answer: object) => void {
  return typeof value === 'function';
}

function renamed(payload: { readonly session_id: string; readonly last_seq: number }): {
  readonly sessionId: string;
  readonly lastSeq: number;
} {
  return { sessionId: payload.session_id, lastSeq: payload.last_seq };
}
