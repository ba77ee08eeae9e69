import {
  ackError,
  type ErrorCode,
  type Failure,
  type InboxJoined,
  invalidField,
  parse,
  SOCKET_REQUESTS,
  type SocketErrorOf,
  type SocketRequest,
  type SocketRequestName,
  type SocketRequests,
  socketErrorsOf,
} from '@fleetlm/protocol';
import type * as z from 'zod';
import type { Runtime, SessionView } from '../../runtime/runtime-api.ts';
import { inComponent } from '../../telemetry/component-turns.ts';
import { reportHandlerError } from '../../telemetry/guarded.ts';
import type { Metrics, SocketEventName } from '../../telemetry/metrics.ts';
import { hidden, visibleSession } from '../access/access.ts';
import type { Identity } from '../access/identity.ts';
import { TokenBucket } from '../access/token-bucket.ts';
import { contained } from '../contained.ts';
import {
  INBOX_SESSIONS_MAX,
  SOCKET_IN_FLIGHT_MAX,
  SOCKET_RATE,
  SOCKET_ROOMS_MAX,
} from '../limits.ts';
import { type Refusals, refusals, whenLive } from '../refusals.ts';
import { RequestError } from '../request-error.ts';
import { inboxEntry, isoTime } from '../wire.ts';
import { PageTurns } from './page-turns.ts';
import { joinSession } from './session-join.ts';
import { inboxRoom, type SocketRooms, sessionRoom } from './socket-rooms.ts';
import type { UserSocket } from './socket-types.ts';

export interface SocketSessionOptions {
  readonly socket: UserSocket;
  readonly identity: Identity;
  readonly rooms: SocketRooms;
  readonly runtime: Runtime;
  readonly metrics: Metrics;
  /** Takes one event and its bytes from the quotas; throws `rate_limited`. */
  readonly take: () => void;
}

/** An event that was parsed and authorized, as its line in the table says. */
type SocketCall<N extends SocketRequestName> = {
  readonly payload: z.output<SocketRequests[N]['payload']>;
  readonly ack: (answer: z.output<SocketRequests[N]['ack']>) => void;
  /** Refuses without an exception. */
  readonly fail: (failure: Failure<SocketErrorOf<N>>) => void;
  /** Takes an exception that the caller can't be thrown. */
  readonly fault: (error: unknown) => void;
} & Refusals<SocketErrorOf<N>> &
  (SocketRequests[N] extends { readonly owner: 'session' }
    ? { readonly session: SessionView }
    : unknown) &
  (SocketRequests[N] extends { readonly usersOnly: string }
    ? { readonly userId: string }
    : unknown);

/** One handler for every event of the table. */
type SocketHandlers = {
  readonly [N in SocketRequestName]: (call: SocketCall<N>) => Promise<void> | void;
};

/** An event whose name is not known to the compiler. */
interface AnyCall extends Refusals<never> {
  readonly payload: unknown;
  readonly ack: (answer: object) => void;
  readonly fail: Refuse;
  readonly fault: (error: unknown) => void;
  readonly session?: SessionView;
  readonly userId?: string;
}

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
    const handlers = this.#handlers();
    for (const name of Object.keys(SOCKET_REQUESTS))
      if (isRequestName(name)) this.#on(name, handlers);
    this.#onUnknown();
  }

  #handlers(): SocketHandlers {
    const { runtime, identity, socket } = this.#options;
    return {
      'session:join': async (call) => {
        const { session_id: sessionId, last_seq: lastSeq } = call.payload;
        const room = sessionRoom(sessionId);
        this.#makeRoom(room, call);
        await this.#pages.run(async () => {
          await joinSession({ socket, room, runtime, identity, sessionId, lastSeq }, call);
          this.#joined.add(room);
        });
      },
      // In its turn: a join that was asked for before it must not follow it.
      'session:leave': ({ payload, ack }) =>
        this.#pages.run(async () => {
          this.#leave(sessionRoom(payload.session_id));
          ack({ ok: true });
        }),
      // The hot path: no promise beyond the runtime's own.
      'session:send': ({ payload, userId, ack, fail, fault }) => {
        const { session_id: sessionId, client_message_id, expected_seq, ...message } = payload;
        const sender = { type: 'user', id: userId } as const;
        const ids = { clientMessageId: client_message_id, expectedSeq: expected_seq };
        runtime.append({ sessionId, sender, ...message, ...ids }).then(
          (appended) => {
            const result = hidden(sessionId, appended);
            if (!result.ok) {
              fail(result.error);
              return;
            }
            const { seq, id, insertedAtMs, duplicate } = result.value;
            ack({ ok: true, seq, id, inserted_at: isoTime(insertedAtMs), duplicate });
          },
          (error: unknown) => fault(error),
        );
      },
      'session:read': async (call) => {
        const { session_id: sessionId, last_seq: lastSeq } = call.payload;
        const userId = await this.#actingUser(sessionId, call);
        const marked = hidden(sessionId, await runtime.markRead({ sessionId, userId, lastSeq }));
        call.ack({ ok: true, last_read_seq: call.value(marked).lastReadSeq });
      },
      'session:stop': async ({ session, ack, value }) => {
        value(await runtime.stop(session.id));
        ack({ ok: true });
      },
      'session:retry': async ({ session, ack, value }) => {
        value(await runtime.retry(session.id));
        ack({ ok: true });
      },
      'inbox:join': (call) => this.#pages.run(() => this.#joinInbox(call)),
      'inbox:page': (call) =>
        this.#pages.run(async () => {
          const { version: _, ...page } = await this.#inbox(call.userId, call.payload.before, call);
          call.ack(page);
        }),
      ping: ({ ack }) => ack({ ok: true }),
    };
  }

  /** The socket is too slow for live events: it gets none until it joins again. */
  dropRooms(): void {
    for (const room of [...this.#joined]) this.#leave(room);
  }

  #leave(room: string): void {
    this.#joined.delete(room);
    void this.#options.socket.leave(room);
  }

  #makeRoom(room: string, { refuse }: Refusals<'rate_limited'>): void {
    if (this.#joined.size >= SOCKET_ROOMS_MAX && !this.#joined.has(room))
      throw refuse({
        code: 'rate_limited',
        detail: `one connection is in at most ${SOCKET_ROOMS_MAX} rooms`,
      });
  }

  async #joinInbox(call: SocketCall<'inbox:join'>): Promise<void> {
    const { runtime, socket } = this.#options;
    const { userId } = call;
    const room = inboxRoom(userId);
    // Joined before it is read: a delta may come first, and the client goes by the version.
    this.#joined.add(room);
    await socket.join(room);
    const subscription = runtime.subscribeInbox(userId, () => undefined);
    try {
      await whenLive(subscription, call);
      call.ack(await this.#inbox(userId, null, call));
    } finally {
      subscription.close();
    }
  }

  async #inbox(
    userId: string,
    before: string | null,
    { value }: Refusals<SocketErrorOf<'inbox:join'>>,
  ): Promise<InboxJoined> {
    const { runtime } = this.#options;
    const input = { userId, limit: INBOX_SESSIONS_MAX, before };
    const { sessions, version, next } = value(await runtime.listSessions(input));
    const entries = sessions.map((session) => inboxEntry(session, runtime));
    return { ok: true, sessions: entries, version, next };
  }

  /** A user reads for itself; the API key for the session's user. */
  async #actingUser(
    sessionId: string,
    refusals: Refusals<SocketErrorOf<'session:read'>>,
  ): Promise<string> {
    const { identity, runtime } = this.#options;
    if (identity.type === 'user') return identity.userId;
    return (await visibleSession(runtime, identity, sessionId, refusals)).userId;
  }

  #on(name: SocketRequestName, handlers: SocketHandlers): void {
    const { runtime, identity } = this.#options;
    const { payload: schema, owner, usersOnly }: SocketRequest = SOCKET_REQUESTS[name];
    // The one place where the types of an event and its handler meet: the call is made of the event of the same name.
    const handler = handlers[name] as unknown as (call: AnyCall) => unknown;
    const userId = identity.type === 'user' ? identity.userId : '';
    this.#listen(name, (sent, ack, refuse) => {
      const parsed = parse(schema, sent);
      if (!parsed.ok) {
        refuse(parsed);
        return;
      }
      if (usersOnly !== undefined && identity.type !== 'user') {
        refuse({ code: 'forbidden', detail: usersOnly });
        return;
      }
      const payload: unknown = parsed.value;
      const fault = (error: unknown): void => this.#fault(name, error, refuse);
      const call = { payload, userId, ack, fail: refuse, fault, ...refusals() };
      const running =
        owner === 'session'
          ? visibleSession(runtime, identity, sessionIdOf(payload), refusals()).then((session) =>
              handler({ ...call, session }),
            )
          : handler(call);
      if (running instanceof Promise) running.catch(fault);
    });
  }

  #fault(event: SocketEventName, error: unknown, refuse: Refuse): void {
    if (error instanceof RequestError && isErrorOf(event, error.failure.code)) {
      refuse(error.failure);
      return;
    }
    reportHandlerError('socket', error, { event });
    refuse({ code: 'internal', detail: 'internal error' });
  }

  #listen(event: SocketEventName, handle: Handle): void {
    const { socket } = this.#options;
    const take = (...args: readonly unknown[]): void =>
      inComponent('socket', () => this.#handle(event, args, handle));
    socket.on(event, this.#contained(take));
  }

  #handle(event: SocketEventName, args: readonly unknown[], handle: Handle): void {
    const callback = args.at(-1);
    // Every event has an ack; without one no answer is wanted.
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

  /** An event that fails is refused; nothing escapes to the transport, and no other is affected. */
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

type Ack = (answer: object) => void;
type Refuse = (failure: Failure) => void;
type Handle = (payload: unknown, ack: Ack, refuse: Refuse) => void;

const ONE_PAYLOAD = 'an event has one payload and an ack';

function isFunction(value: unknown): value is (answer: object) => void {
  return typeof value === 'function';
}

function isRequestName(name: string): name is SocketRequestName {
  return Object.hasOwn(SOCKET_REQUESTS, name);
}

/** Quotas are taken before it is known whether there is such an event. */
function isErrorOf(event: SocketEventName, code: ErrorCode): boolean {
  return event === 'unknown'
    ? code === 'rate_limited'
    : socketErrorsOf(SOCKET_REQUESTS[event]).includes(code);
}

function sessionIdOf(payload: unknown): string {
  return typeof payload === 'object' && payload !== null && 'session_id' in payload
    ? String(payload.session_id)
    : '';
}
