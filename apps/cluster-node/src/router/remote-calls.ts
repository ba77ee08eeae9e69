import { MESH_FRAME_BYTES_MAX } from '../limits.ts';
import type { Attempt } from '../operations/execution.ts';
import type { Operation, OperationType } from '../operations/operations.ts';
import { type NodeRefusal, type Refused, refused, UNKNOWN } from '../outcome.ts';
import { runGuarded } from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './call-codec.ts';

/** Calls to one peer that wait for their answer; more are refused as `overloaded`, before anything is sent. */
export const CALLS_PER_PEER_MAX = 16_384;
/** Calls of one peer that are being carried out here; more are refused as `overloaded`. */
export const SERVED_PER_PEER_MAX = 16_384;

export interface RemoteCallsOptions {
  readonly sendRequest: (nodeId: string, frame: Uint8Array) => boolean;
  readonly sendResponse: (nodeId: string, frame: Uint8Array) => boolean;
  /** Carries an operation out on this node alone: it is never forwarded a second time. */
  readonly execute: (operation: Operation, done: (attempt: Attempt) => void) => void;
  readonly log: Logger;
}

interface Waiting {
  readonly nodeId: string;
  readonly group: number | null;
  readonly type: OperationType;
  readonly done: (attempt: Attempt) => void;
}

/** One attempt on another node: request and response over the mesh, matched by number. */
export class RemoteCalls {
  readonly #options: RemoteCallsOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #waitingByPeer = new Map<string, number>();
  readonly #servedByPeer = new Map<string, number>();
  #next = 1;

  constructor(options: RemoteCallsOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#waiting.size;
  }

  /** The answer is the number of the attempt, for `abandon`; 0 when `done` was called already. */
  request(
    nodeId: string,
    group: number | null,
    operation: Operation,
    done: (attempt: Attempt) => void,
  ): number {
    const waiting = this.#waitingByPeer.get(nodeId) ?? 0;
    if (waiting >= CALLS_PER_PEER_MAX) {
      done(nodeRefusal('overloaded'));
      return 0;
    }
    const number = this.#next;
    this.#next += 1;
    const frame = encodeRequest(number, operation);
    if (frame.length > MESH_FRAME_BYTES_MAX) {
      done(nodeRefusal('too-large'));
      return 0;
    }
    if (!this.#options.sendRequest(nodeId, frame)) {
      done(nodeRefusal('not-connected'));
      return 0;
    }
    this.#waitingByPeer.set(nodeId, waiting + 1);
    this.#waiting.set(number, { nodeId, group, type: operation.type, done });
    return number;
  }

  /** The caller has stopped waiting; a late answer is dropped. */
  abandon(number: number): void {
    this.#take(number);
  }

  /** False: no node sends such a frame, its connection is to be closed. */
  handleResponse(nodeId: string, frame: Uint8Array): boolean {
    const decoded = decodeResponse(frame, (number) => this.#waiting.get(number)?.type ?? null);
    if (decoded.ok) {
      if (decoded.attempt !== null) this.#take(decoded.number)?.done(decoded.attempt);
      return true;
    }
    this.#options.log.error({ peer: nodeId, detail: decoded.detail }, 'mesh: malformed response');
    if (decoded.number !== null) this.#take(decoded.number)?.done(UNKNOWN);
    return !decoded.isForeign;
  }

  /** False: no node sends such a frame, its connection is to be closed. */
  handleRequest(nodeId: string, frame: Uint8Array): boolean {
    const decoded = decodeRequest(frame);
    if (!decoded.ok) {
      this.#options.log.error({ peer: nodeId, detail: decoded.detail }, 'mesh: malformed request');
      if (decoded.number !== null) this.#answer(nodeId, decoded.number, null, NOT_UNDERSTOOD);
      return !decoded.isForeign;
    }
    const { number, operation } = decoded.request;
    const served = this.#servedByPeer.get(nodeId) ?? 0;
    if (served >= SERVED_PER_PEER_MAX) {
      this.#answer(nodeId, number, operation.type, nodeRefusal('overloaded'));
      return true;
    }
    this.#servedByPeer.set(nodeId, served + 1);
    let isServed = false;
    const answer = (attempt: Attempt): void => {
      if (isServed) return;
      isServed = true;
      this.#servedByPeer.set(nodeId, (this.#servedByPeer.get(nodeId) ?? 1) - 1);
      this.#answer(nodeId, number, operation.type, attempt);
    };
    if (!runGuarded('call', () => this.#options.execute(operation, answer))) answer(UNKNOWN);
    return true;
  }

  /** What was asked of it may have been carried out, or not. */
  peerDown(nodeId: string): void {
    this.#resolveWhere((waiting) => waiting.nodeId === nodeId);
  }

  /** Another node leads the group now: the node that was asked may never answer. */
  leaderChanged(group: number, leaderNodeId: string): void {
    this.#resolveWhere((waiting) => waiting.group === group && waiting.nodeId !== leaderNodeId);
  }

  #resolveWhere(matches: (waiting: Waiting) => boolean): void {
    for (const [number, waiting] of [...this.#waiting])
      if (matches(waiting)) this.#take(number)?.done(UNKNOWN);
  }

  #take(number: number): Waiting | null {
    const waiting = this.#waiting.get(number);
    if (waiting === undefined) return null;
    this.#waiting.delete(number);
    this.#waitingByPeer.set(waiting.nodeId, (this.#waitingByPeer.get(waiting.nodeId) ?? 1) - 1);
    return waiting;
  }

  #answer(nodeId: string, number: number, type: OperationType | null, attempt: Attempt): void {
    const frame = encodeResponse(number, type, attempt);
    // Not sent: the connection is gone, and the other side has counted the attempt as unknown.
    if (frame.length <= MESH_FRAME_BYTES_MAX) this.#options.sendResponse(nodeId, frame);
    else {
      this.#options.log.error({ peer: nodeId, bytes: frame.length }, 'mesh: response too large');
      this.#options.sendResponse(nodeId, encodeResponse(number, type, TOO_LARGE));
    }
  }
}

const TOO_LARGE = refused({
  code: 'internal',
  detail: 'the answer is larger than a frame between nodes may be; ask for less at a time',
});
const NOT_UNDERSTOOD = nodeRefusal('not-understood');

function nodeRefusal(code: NodeRefusal['code']): Refused<NodeRefusal> {
  return { status: 'refused', code, leader: 0 };
}
