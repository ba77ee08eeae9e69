import type {
  AppendOperation,
  CursorOperation,
  DeliveryStream,
  ReadOperation,
  RepeatedAck,
  StreamFault,
} from '../history/operations.ts';

/** A message as it was read back when all was quiet. */
export interface LogEntry {
  /** The number of the append; null: the agent wrote it. */
  readonly append: number | null;
  readonly digest: number;
  readonly contentDigest: number;
}

/** An answer of the agent in the log. */
export interface LoggedAnswer {
  readonly session: number;
  readonly seq: number;
  readonly epoch: number;
  readonly termination: string;
  readonly text: string;
}

/** One session through one node. */
export interface SessionLog {
  /** In the order in which they were answered; `seqs[i]` is that of `entries[i]`. */
  readonly seqs: readonly number[];
  readonly entries: readonly LogEntry[];
  readonly lastReadSeq: number;
}

/** All sessions, by number, through one node. */
export interface NodeLog {
  readonly node: string;
  readonly sessions: readonly SessionLog[];
}

/** What Postgres holds of a session: the digests of seq 1.. in order, and what was wrong while the run went on. */
export interface ArchivedSession {
  readonly seqs: readonly number[];
  readonly digests: readonly number[];
}

/** A look at Postgres during the run that found something that must not be. */
export interface ArchiveFault {
  readonly session: number;
  readonly atMs: number;
  readonly detail: string;
}

/** What a node reported about its replica of a group. */
export interface TermFact {
  readonly node: string;
  /** Changes when its disk was emptied, or the group had left it in between: what comes is another replica. */
  readonly life: string;
  /** Counts the starts of its process. */
  readonly boot: number;
  readonly group: number;
  readonly term: number;
  readonly isLeader: boolean;
  readonly atMs: number;
}

/** A session after all nodes lost power, read without Postgres: what follows `afterSeq`. */
export interface SurvivingTail {
  readonly session: number;
  readonly node: string;
  /** Postgres had everything up to here before it was stopped. */
  readonly afterSeq: number;
  readonly digests: readonly number[];
  /** Messages that were acknowledged before the power failed reach up to here. */
  readonly acknowledgedSeq: number;
}

/** One call of an agent, as the agent saw it. */
export interface AgentDelivery {
  readonly session: number;
  readonly epoch: number;
  readonly attempt: number;
  readonly webhookId: string;
  readonly expectedWebhookId: string;
  /** The pieces of text that were written, in order. */
  readonly pieces: readonly string[];
  /** Written to its end, and the connection was whole. */
  readonly completed: boolean;
  readonly atMs: number;
}

/** What the agent's work of a session came to in the end. */
export interface SettledWork {
  readonly session: number;
  readonly status: string;
}

/** A fault as it was carried out. */
export interface FaultWindow {
  readonly number: number;
  readonly kind: string;
  readonly target: string;
  readonly startMs: number;
  /** The fault is lifted and all nodes are ready. */
  readonly healedMs: number;
  readonly effective: boolean;
  readonly proof: string;
  /** What a node did that it must not do under this fault; null: nothing. */
  readonly broken: string | null;
}

/** A process that ended though nothing was done to it. */
export interface UnexpectedEnd {
  readonly node: string;
  readonly atMs: number;
  readonly detail: string;
}

/** Everything that is known of a run, as plain values. */
export interface RunRecord {
  readonly sessionIds: readonly string[];
  readonly appends: Iterable<AppendOperation>;
  readonly repeatedAcks: readonly RepeatedAck[];
  readonly reads: Iterable<ReadOperation>;
  readonly cursors: Iterable<CursorOperation>;
  readonly streams: readonly DeliveryStream[];
  readonly streamFaults: readonly StreamFault[];
  /** The first one is what the others are held against. */
  readonly nodeLogs: readonly NodeLog[];
  readonly answers: readonly LoggedAnswer[];
  readonly archive: readonly ArchivedSession[];
  readonly archiveFaults: readonly ArchiveFault[];
  readonly archiveLooks: number;
  readonly terms: readonly TermFact[];
  /** Null: the run had no such test. */
  readonly survivors: readonly SurvivingTail[] | null;
  readonly deliveries: readonly AgentDelivery[];
  readonly settledWork: readonly SettledWork[];
  readonly faults: readonly FaultWindow[];
  readonly unexpectedEnds: readonly UnexpectedEnd[];
}
