import type {
  Command,
  GroupState,
  Message,
  NewMessage,
  PageSize,
  Reply,
  Session,
} from '@fleetlm/conversation';

import type { NodeRefusal, Outcome, Result } from '../outcome.ts';

export type { AgentRecord } from '../membership/agent-record.ts';

/**
 * What performers of effects are given by the composition root. Nothing here imports the router, the
 * gateway or the groups: data comes back up through these functions.
 */

/** How a command proposed on this node ended; refused: definite, unknown: the state will show. */
export type Proposed = Outcome<Reply, NodeRefusal>;

/** Proposes on this node only: a performer's command must not outlive its leadership. */
export type Propose = (group: number, command: Command) => Promise<Proposed>;

/** A group that this node leads right now, with its applied state (read only). */
export interface LedGroup {
  readonly group: number;
  readonly term: number;
  readonly state: GroupState;
}

/** Messages that left memory, from Postgres. Rejects with ArchiveUnavailableError when it is away. */
export interface Archive {
  /** The first messages with afterSeq < seq <= throughSeq, as many as fit in `size`. */
  messagesAfter(
    sessionId: string,
    afterSeq: number,
    throughSeq: number,
    size: PageSize,
  ): Promise<ArchivedPage>;
  /** The last messages with seq < beforeSeq, as many as fit in `size`. */
  messagesBefore(sessionId: string, beforeSeq: number, size: PageSize): Promise<ArchivedPage>;
  /** Never rejects. */
  search(search: MessageSearch): Promise<SearchResult>;
}

export interface ArchivedPage {
  /** Ascending by seq; at least one when there is any, however large. */
  readonly messages: readonly Message[];
  /** The next one is there and does not fit in the bytes of the page. */
  readonly isCut: boolean;
}

/** A user's own messages and those of their agents that hold a text. */
export interface MessageSearch {
  readonly userId: string;
  readonly text: string;
  readonly limit: number;
}

export interface FoundMessage {
  readonly sessionId: string;
  readonly agentId: string;
  readonly title: string | null;
  readonly seq: number;
  readonly senderId: string;
  readonly kind: string;
  /** A piece of the message round what was found. */
  readonly excerpt: string;
  readonly insertedAtMs: number;
}

export type SearchResult = Result<readonly FoundMessage[], 'archive_unavailable'>;

/** The text for users. */
export const ARCHIVE_UNREACHABLE =
  'The archive is unreachable. Messages are safe; older ones can be read again when it returns.';

/** Its message is for users; `reason` is for logs. */
export class ArchiveUnavailableError extends Error {
  readonly reason: string;

  constructor(reason: string, options?: { readonly cause: unknown }) {
    super(ARCHIVE_UNREACHABLE, options);
    this.reason = reason;
    this.name = 'ArchiveUnavailableError';
  }
}

export type { Command, Message, NewMessage, Reply, Session };
