import type { DispatchState, Message, SessionHead } from '@fleetlm/conversation';
import type { Chunk } from '../dispatch/dispatch-api.ts';

/** The events of a subscriber of a session, in the order of seq; the sink must not block. */
export type SessionEvent =
  | { readonly type: 'message'; readonly message: Message }
  | {
      readonly type: 'chunk';
      readonly epoch: number;
      readonly attempt: number;
      readonly index: number;
      readonly chunk: Chunk;
    }
  | { readonly type: 'status'; readonly dispatch: DispatchState }
  | { readonly type: 'read'; readonly lastReadSeq: number }
  | { readonly type: 'resync'; readonly reason: string };

export type InboxEvent =
  | { readonly type: 'delta'; readonly version: number; readonly sessions: readonly SessionHead[] }
  | { readonly type: 'resync'; readonly reason: string };

export type SessionSink = (event: SessionEvent) => void;
export type InboxSink = (event: InboxEvent) => void;

export interface Subscription {
  close(): void;
}

export interface LiveSubscription extends Subscription {
  /**
   * True once events come: what is read after that has everything that no event brings. False: this node holds no
   * replica, and could not reach one in time.
   */
  readonly ready: Promise<boolean>;
}
