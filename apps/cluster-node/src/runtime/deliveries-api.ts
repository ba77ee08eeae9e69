import type { DeliveryState, ErrorCode } from '@fleetlm/protocol';
import type {
  DeadLetterGroup,
  Delivery,
  DeliveryAttempt,
  DeliveryPlace,
  RecordedAttempt,
} from '../effects/deliveries/index.ts';
import type { Result } from '../outcome.ts';

export type {
  DeadLetterGroup,
  Delivery,
  DeliveryAttempt,
  DeliveryPlace,
  RecordedAttempt,
} from '../effects/deliveries/index.ts';
export { attemptState } from '../effects/deliveries/index.ts';

/** Where an answer comes from, and what may be missing in it. */
export interface DeliverySourcesView {
  readonly archive: 'ok' | 'unavailable';
  readonly nodes: readonly {
    readonly nodeId: string;
    readonly state: 'ok' | 'unreachable';
    /** Null: not known. */
    readonly unwritten: number | null;
    readonly dropped: number | null;
  }[];
}

export interface DeliveryQuery {
  readonly state: DeliveryState | null;
  readonly after: DeliveryPlace | null;
  readonly limit: number;
}

export interface DeliveryPage {
  readonly deliveries: readonly Delivery<DeliveryAttempt>[];
  readonly next: DeliveryPlace | null;
  readonly sources: DeliverySourcesView;
}

export interface DeadLetterQuery {
  /** Null: only the groups. */
  readonly group: string | null;
  readonly after: DeliveryPlace | null;
  readonly limit: number;
}

export interface DeadLetterPage extends DeliveryPage {
  /** Newest first; with a group, that one or none. */
  readonly groups: readonly DeadLetterGroup[];
}

export interface TurnName {
  readonly sessionId: string;
  readonly epoch: number;
}

export interface ReplayOutcome {
  readonly accepted: readonly TurnName[];
  readonly refused: readonly {
    readonly turn: TurnName;
    readonly code: ErrorCode;
    readonly detail: string;
  }[];
  /** Of the group, beyond those; null: not known. */
  readonly remaining: number | null;
}

/** For owners of agents: what became of the calls to them. Never fails because Postgres is away. */
export interface DeliveriesRuntime {
  /** Newest first. */
  list(agentId: string, query: DeliveryQuery): Promise<DeliveryPage>;
  /** `not_found`: neither Postgres nor a node that could be reached knows it. */
  get(
    agentId: string,
    sessionId: string,
    epoch: number,
  ): Promise<
    Result<
      {
        readonly delivery: Delivery<RecordedAttempt>;
        readonly sources: DeliverySourcesView;
      },
      'not_found' | 'archive_unavailable'
    >
  >;
  /** Turns that failed and that nothing has followed. */
  deadLetters(agentId: string, query: DeadLetterQuery): Promise<DeadLetterPage>;
  /** Has them answered anew, each as a turn of its own; at most REPLAYS_MAX of a group, the newest. */
  replay(
    agentId: string,
    which: { readonly turns: readonly TurnName[] } | { readonly group: string },
  ): Promise<ReplayOutcome>;
}
