import type { EventBody, EventType } from '@fleetlm/protocol';
import type { EventDelivererPorts } from '../event-deliverer.ts';
import { type EventHead, eventIdOf, type SubscriptionRecord } from '../event-records.ts';

const ULID = '01J0000000000000000000000';

/** Two hexadecimal digits of a group, and a number within it. */
export function sessionOf(group: number, number = 0): string {
  return `${group.toString(16).padStart(2, '0')}-${ULID}${number}`;
}

/** Events, cursors and dead letters as Postgres has them, in memory; `isAway` makes every call reject. */
export class MemoryEvents {
  readonly events: EventHead[] = [];
  readonly cursors = new Map<string, number>();
  readonly deadLetters: { readonly position: number; readonly attempts: number }[] = [];
  readonly subscriptions = new Map<string, SubscriptionRecord>();
  readonly erased = new Set<number>();
  isAway = false;
  reads = 0;

  append(group: number, count = 1, type: EventType = 'message.created'): void {
    for (let n = 0; n < count; n += 1) {
      const position = this.events.length + 1;
      this.events.push({
        position,
        group,
        sessionId: sessionOf(group),
        type,
        ordinal: position,
        userId: 'ann',
        agentId: 'bot',
        seq: position,
        epoch: null,
        termination: null,
        error: null,
        happenedAtMs: 0,
        payloadBytes: 10,
      });
    }
  }

  subscribe(id: string, url: string, changes: Partial<SubscriptionRecord> = {}): void {
    this.subscriptions.set(id, {
      id,
      url,
      types: ['message.created'],
      description: null,
      status: 'enabled',
      disabledReason: null,
      secret: 'sealed',
      previousSecret: null,
      startsAfter: 0,
      insertedAtMs: 0,
      updatedAtMs: 0,
      ...changes,
    });
  }

  readonly store: EventDelivererPorts['store'] = {
    bounds: async () => {
      this.#ask();
      return { expired: 0, newest: this.events.length };
    },
    due: async (lanes, types, newest, limit) => {
      this.#ask();
      this.reads += 1;
      return lanes
        .flatMap(({ group, position }) =>
          this.events
            .filter((event) => event.group === group && event.position > position)
            .filter((event) => event.position <= newest && types.includes(event.type))
            .slice(0, limit),
        )
        .sort((a, b) => a.position - b.position);
    },
    bodies: async (heads) => {
      this.#ask();
      return heads.filter(({ position }) => !this.erased.has(position)).map(bodyOf);
    },
    cursors: async () => {
      this.#ask();
      return new Map(this.cursors);
    },
    raiseCursors: async (cursors) => {
      this.#ask();
      for (const { subscriptionId, group, position } of cursors) {
        const key = `${subscriptionId} ${group}`;
        this.cursors.set(key, Math.max(this.cursors.get(key) ?? 0, position));
      }
    },
    addDeadLetter: async (_, position, { attempts }) => {
      this.#ask();
      this.deadLetters.push({ position, attempts });
    },
  };

  readonly subscriptionStore: EventDelivererPorts['subscriptions'] = {
    list: async () => {
      this.#ask();
      return [...this.subscriptions.values()];
    },
    patch: async (id, patch) => {
      this.#ask();
      const present = this.subscriptions.get(id);
      if (present === undefined) return null;
      const changed = { ...present, ...patch };
      this.subscriptions.set(id, changed);
      return changed;
    },
  };

  #ask(): void {
    if (this.isAway) throw new Error('Postgres is away');
  }
}

function bodyOf(head: EventHead): EventBody {
  return {
    id: eventIdOf(head),
    type: head.type,
    timestamp: '2026-11-23T12:00:00.000Z',
    cursor: String(head.position),
    data: { session_id: head.sessionId, user_id: head.userId, agent_id: head.agentId },
  };
}
