import type { SessionHead } from '../session/session-head.ts';
import type { DispatchState, Message } from '../state.ts';

/** Why a command changed nothing. The edge maps each to an error of the interface. */
export type RefusalCode =
  | 'session-not-found'
  | 'session-exists'
  | 'session-archived'
  | 'not-participant'
  /** Its id is older than those that are remembered: whether it was taken before is not known. */
  | 'client-message-id-expired'
  | 'stale-epoch'
  | 'nothing-to-retry'
  | 'nothing-to-stop'
  | 'agent-busy'
  /** Nothing waits for this decision any more: the user has written something else, or there is no such request. */
  | 'request-overtaken'
  /** The first decision counts. */
  | 'request-decided'
  | 'checkpoint-full'
  | 'seq-beyond-last'
  /** The session has a later message than its sender knew. */
  | 'seq-moved-on'
  /** The user has as many sessions, or as much metadata, as one may. */
  | 'inbox-full'
  /** It has left memory: hydrate it, then propose again. Never sent to a client. */
  | 'session-cold'
  /** What was brought from the archive is not what left memory. */
  | 'stale-archive';

/** The reply to the proposer. A refusal changed nothing. */
export type Reply =
  | { readonly type: 'session'; readonly session: SessionHead }
  | { readonly type: 'appended'; readonly message: Message; readonly duplicate: boolean }
  /** A client message id seen before whose message has left memory: only its number is known. */
  | {
      readonly type: 'duplicate';
      readonly seq: number;
      readonly messageId: string;
      readonly insertedAtMs: number;
    }
  | { readonly type: 'read'; readonly lastReadSeq: number }
  | { readonly type: 'dispatch'; readonly dispatch: DispatchState }
  | { readonly type: 'done' }
  | {
      readonly type: 'refused';
      readonly code: RefusalCode;
      readonly detail: string;
      /** Of `seq-moved-on`: the newest seq of the session. */
      readonly lastSeq?: number;
    };

/**
 * What the rest of the node does about a committed command. An effect may be performed twice, or never (a
 * crash): whatever must happen is derived from the state by the leader; an effect makes it happen sooner.
 */
export type Effect =
  /** On every replica: to the subscribers of the session. */
  | { readonly type: 'message-committed'; readonly message: Message }
  | {
      readonly type: 'dispatch-changed';
      readonly sessionId: string;
      readonly dispatch: DispatchState;
    }
  | {
      readonly type: 'read-moved';
      readonly sessionId: string;
      readonly userId: string;
      readonly lastReadSeq: number;
    }
  /** On every replica: the inbox entry of this session changed. */
  | {
      readonly type: 'inbox-changed';
      readonly userId: string;
      readonly sessionId: string;
      readonly version: number;
    };

/** The name of an effect. */
export type EffectType = Effect['type'];

/** What applying a command came to: the answer for its proposer, and what the node performs, in this order. */
export interface Applied {
  readonly reply: Reply;
  readonly effects: readonly Effect[];
}
