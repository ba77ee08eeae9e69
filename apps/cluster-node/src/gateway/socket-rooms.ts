import type { Namespace } from 'socket.io';
import type { Runtime, SessionEvent, Subscription } from '../runtime/runtime-api.ts';
import { inboxEntry, messageBody, runState } from './wire.ts';

const SESSION = 'session ';
const INBOX = 'inbox ';

export function sessionRoom(sessionId: string): string {
  return SESSION + sessionId;
}

export function inboxRoom(userId: string): string {
  return INBOX + userId;
}

/** The name and payload of what a client is told about an event of a session. */
export function sessionPacket(
  sessionId: string,
  event: SessionEvent,
): readonly [name: string, payload: object] {
  switch (event.type) {
    case 'message':
      return ['session:message', messageBody(event.message)];
    case 'chunk': {
      const { epoch, attempt, index, chunk } = event;
      return ['session:chunk', { session_id: sessionId, epoch, attempt, index, chunk }];
    }
    case 'status':
      return ['session:status', { session_id: sessionId, ...runState(event.dispatch) }];
    case 'read':
      return ['session:read', { session_id: sessionId, last_read_seq: event.lastReadSeq }];
    case 'resync':
      return ['resync', { reason: event.reason }];
    default:
      return event satisfies never;
  }
}

/**
 * One subscription of the runtime for every room that has a socket in it: an event is encoded once, however many
 * devices look at the session.
 */
export class SocketRooms {
  readonly #namespace: Namespace;
  readonly #runtime: Runtime;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(namespace: Namespace, runtime: Runtime) {
    this.#namespace = namespace;
    this.#runtime = runtime;
    namespace.adapter.on('create-room', (room: string) => this.#created(room));
    namespace.adapter.on('delete-room', (room: string) => this.#deleted(room));
  }

  close(): void {
    for (const subscription of this.#subscriptions.values()) subscription.close();
    this.#subscriptions.clear();
  }

  #created(room: string): void {
    if (room.startsWith(SESSION)) {
      const sessionId = room.slice(SESSION.length);
      const subscription = this.#runtime.subscribeSession(sessionId, (event) => {
        const [name, payload] = sessionPacket(sessionId, event);
        this.#namespace.to(room).emit(name, payload);
      });
      this.#subscriptions.set(room, subscription);
    } else if (room.startsWith(INBOX)) {
      const subscription = this.#runtime.subscribeInbox(room.slice(INBOX.length), (event) => {
        if (event.type === 'resync') {
          this.#namespace.to(room).emit('resync', { reason: event.reason });
          return;
        }
        const sessions = event.sessions.map((session) => inboxEntry(session, this.#runtime));
        this.#namespace.to(room).emit('inbox:delta', { version: event.version, sessions });
      });
      this.#subscriptions.set(room, subscription);
    }
  }

  #deleted(room: string): void {
    this.#subscriptions.get(room)?.close();
    this.#subscriptions.delete(room);
  }
}
