import type { SocketPacket } from '@fleetlm/protocol';
import type { InboxEvent, Runtime, SessionEvent, Subscription } from '../../runtime/runtime-api.ts';
import { contained } from '../contained.ts';
import { inboxEntry, messageBody, runState } from '../wire.ts';
import type { PacketTarget, UserNamespace } from './socket-types.ts';

const SESSION = 'session ';
const INBOX = 'inbox ';

export function sessionRoom(sessionId: string): string {
  return SESSION + sessionId;
}

export function inboxRoom(userId: string): string {
  return INBOX + userId;
}

/** The name and payload of the client's event for an event of a session. */
export function sessionPacket(sessionId: string, event: SessionEvent): SocketPacket {
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
  readonly #namespace: UserNamespace;
  readonly #runtime: Runtime;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(namespace: UserNamespace, runtime: Runtime) {
    this.#namespace = namespace;
    this.#runtime = runtime;
    const on = (name: string, take: (room: string) => void): void => {
      namespace.adapter.on(name, (room: string) =>
        contained('socket', take, () => this.#end(room))(room),
      );
    };
    on('create-room', (room) => this.#created(room));
    on('delete-room', (room) => this.#deleted(room));
  }

  close(): void {
    for (const subscription of this.#subscriptions.values()) subscription.close();
    this.#subscriptions.clear();
  }

  /** A room whose events cannot be delivered: its sockets come back and catch up. */
  #end(room: string): void {
    this.#namespace.in(room).disconnectSockets(true);
  }

  #contained<A extends readonly unknown[]>(
    room: string,
    run: (...args: A) => void,
  ): (...args: A) => void {
    return contained('socket', run, () => this.#end(room));
  }

  #created(room: string): void {
    if (room.startsWith(SESSION)) {
      const sessionId = room.slice(SESSION.length);
      const publish = (event: SessionEvent): void => {
        const target: PacketTarget = this.#namespace.to(room);
        target.emit(...sessionPacket(sessionId, event));
      };
      const subscription = this.#runtime.subscribeSession(
        sessionId,
        this.#contained(room, publish),
      );
      this.#subscriptions.set(room, subscription);
    } else if (room.startsWith(INBOX)) {
      const publish = (event: InboxEvent): void => {
        if (event.type === 'resync') {
          this.#namespace.to(room).emit('resync', { reason: event.reason });
          return;
        }
        const sessions = event.sessions.map((session) => inboxEntry(session, this.#runtime));
        this.#namespace.to(room).emit('inbox:delta', { version: event.version, sessions });
      };
      const userId = room.slice(INBOX.length);
      const subscription = this.#runtime.subscribeInbox(userId, this.#contained(room, publish));
      this.#subscriptions.set(room, subscription);
    }
  }

  #deleted(room: string): void {
    this.#subscriptions.get(room)?.close();
    this.#subscriptions.delete(room);
  }
}
