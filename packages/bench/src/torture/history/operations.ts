/** What the clients did and were answered. Times are milliseconds of one monotonic clock; sessions are numbers from 0. */

/**
 * `refused`: every attempt was refused definitely, so nothing may be kept of it. `unknown`: at least one
 * attempt may have been carried out. An operation without an answer has `returnMs` Infinity.
 */
export type Outcome = 'ok' | 'refused' | 'unknown';

/** One message under one client message id, however often it was sent. Its place in the list is its number. */
export interface AppendOperation {
  readonly session: number;
  /** Of the content as it was sent. */
  readonly contentDigest: number;
  readonly callMs: number;
  readonly returnMs: number;
  readonly outcome: Outcome;
  /** 0 unless `ok`. */
  readonly seq: number;
}

/** An acknowledgement of an append beyond its first one. */
export interface RepeatedAck {
  readonly append: number;
  readonly seq: number;
}

/** A page of messages that was answered. */
export interface ReadOperation {
  readonly session: number;
  readonly callMs: number;
  readonly returnMs: number;
  readonly afterSeq: number;
  readonly limit: number;
  readonly count: number;
  /** The newest seq of the session, as answered. */
  readonly headSeq: number;
  /** Of the page's messages, in order. */
  readonly digest: number;
}

/** A read cursor that was moved, or may have been. */
export interface CursorOperation {
  readonly session: number;
  readonly callMs: number;
  readonly returnMs: number;
  readonly requested: number;
  /** Where it stands, as answered; 0 without an answer. */
  readonly returned: number;
  readonly outcome: Outcome;
}

/** What one subscriber was given of one session over all its connections, from seq 1 on. */
export interface DeliveryStream {
  readonly session: number;
  readonly node: string;
  /** Of the messages, without repetitions: the first is seq 1. */
  readonly digests: ArrayLike<number>;
  /** Messages that came again; allowed, as long as they are the same. */
  readonly repeated: number;
  /** The device was put away before the end: its node left the cluster. */
  readonly leftEarly: boolean;
}

/** Something a client saw that must never be, noticed while the run went on. */
export interface StreamFault {
  readonly kind: 'gap' | 'changed' | 'forgotten';
  readonly session: number;
  readonly atMs: number;
  readonly detail: string;
}
