import type { DeliveryState } from '@fleetlm/protocol';
import type {
  Delivery,
  DeliveryAttempt,
  DeliveryPlace,
  RecordedAttempt,
} from '../effects/deliveries/index.ts';
import type { Result } from './runtime-api.ts';

export type {
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
    Result<{
      readonly delivery: Delivery<RecordedAttempt>;
      readonly sources: DeliverySourcesView;
    }>
  >;
}
