import { invalidField } from '@fleetlm/protocol';
import type {
  Attempt,
  CallOutcome,
  Operation,
  OperationResult,
  RefusalReason,
} from '../operations/operations.ts';
import { guarded, runGuarded } from '../telemetry/guarded.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Attempted, chooseTarget, type RoutingView } from './choose-target.ts';
import { RemoteCalls, type RemoteCallsOptions } from './remote-calls.ts';

/** Everything a call may take, all attempts and pauses together. */
export const CALL_DEADLINE_MS = 2_500;
/** Calls that this node is carrying for clients; more are refused as `overloaded`. */
export const CALLS_MAX = 20_000;
/** Hints that are followed at once; after that every attempt waits. */
const HINTS_FOLLOWED_MAX = 3;
const BACKOFF_FIRST_MS = 10;
const BACKOFF_MAX_MS = 160;
const SWEEP_MS = 50;

export interface RouterOptions extends RemoteCallsOptions, Omit<RoutingView, 'isReachable'> {
  /** Null: no such node. */
  readonly nodeIdOf: (node: number) => string | null;
  readonly isConnected: (nodeId: string) => boolean;
  readonly metrics: Pick<Metrics, 'routerAttempts'>;
  readonly monotonicMs: () => number;
  /** A uniform number in [0, 1), for the jitter of pauses. */
  readonly random: () => number;
}

interface Call extends Attempted {
  readonly operation: Operation;
  readonly deadlineMs: number;
  readonly done: (outcome: CallOutcome) => void;
  attempts: number;
  hintsFollowed: number;
  hint: number;
  sawUnknown: boolean;
  lastReason: RefusalReason;
  /** Of the attempt under way; 0: none, or a local one. */
  remoteNumber: number;
  inAttempt: boolean;
  finished: boolean;
}

/**
 * Session -> group -> the node that carries it out. Definite refusals are followed to the hinted leader; an
 * unknown outcome is tried again as well, because every operation may be carried out twice. A forwarded
 * operation is carried out where it arrives or refused, so no call can go round in circles.
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #remote: RemoteCalls;
  /** In the order of their deadlines. */
  readonly #calls = new Set<Call>();
  #sweeper: NodeJS.Timeout | null = null;

  readonly #view: RoutingView;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#remote = new RemoteCalls(options);
    const { nodeIdOf, isConnected } = options;
    this.#view = {
      ...options,
      isReachable: (node) => {
        const nodeId = nodeIdOf(node);
        return nodeId !== null && isConnected(nodeId);
      },
    };
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  get remote(): Pick<RemoteCalls, 'handleRequest' | 'handleResponse' | 'peerDown'> {
    return this.#remote;
  }

  /** Calls `done` exactly once, within CALL_DEADLINE_MS or a little later. */
  call(
    group: number,
    by: Call['by'],
    operation: Operation,
    done: (outcome: CallOutcome) => void,
  ): void {
    if (this.#calls.size >= CALLS_MAX) {
      done(OVERLOADED);
      return;
    }
    const call: Call = {
      operation,
      group,
      by,
      deadlineMs: this.#options.monotonicMs() + CALL_DEADLINE_MS,
      done,
      attempts: 0,
      hintsFollowed: 0,
      hint: 0,
      sawUnknown: false,
      lastReason: 'no-quorum',
      remoteNumber: 0,
      inAttempt: false,
      finished: false,
    };
    this.#calls.add(call);
    this.#sweeper ??= setInterval(
      guarded('timer', () => this.#sweep()),
      SWEEP_MS,
    );
    this.#attempt(call);
  }

  /** One attempt on one node, without retries: for what concerns that node alone. */
  ask(nodeId: string | null, operation: Operation, done: (outcome: CallOutcome) => void): void {
    let open = true;
    const finish = (attempt: Attempt): void => {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      done(outcomeOf(attempt));
    };
    const timer = setTimeout(
      guarded('timer', () => finish({ status: 'unknown' })),
      CALL_DEADLINE_MS,
    );
    if (nodeId === null) this.#options.execute(operation, finish);
    else this.#remote.request(nodeId, null, operation, finish);
  }

  /** A group has a new leader: attempts that wait for another one are made anew there. */
  leaderChanged(group: number, leader: number): void {
    const nodeId = leader === 0 ? null : this.#options.nodeIdOf(leader);
    if (nodeId !== null) this.#remote.leaderChanged(group, nodeId);
  }

  close(): void {
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
    this.#sweeper = null;
    for (const call of [...this.#calls]) this.#giveUp(call);
  }

  #attempt(call: Call): void {
    if (call.finished) return;
    const { self, nodeIdOf, isConnected, metrics } = this.#options;
    const target = chooseTarget(this.#view, call);
    if (target === call.hint) call.hint = 0;
    call.attempts += 1;
    call.inAttempt = true;
    const number = call.attempts;
    const way = target === self ? 'local' : 'forwarded';
    const done = (attempt: Attempt): void => {
      if (call.finished || number !== call.attempts) return;
      call.inAttempt = false;
      call.remoteNumber = 0;
      metrics.routerAttempts.inc({
        way,
        outcome: attempt.status === 'done' ? 'answered' : attempt.status,
      });
      this.#attempted(call, target, attempt);
    };
    if (target === self) {
      this.#options.execute(call.operation, done);
      return;
    }
    const nodeId = target === 0 ? null : nodeIdOf(target);
    if (nodeId === null || !isConnected(nodeId)) done(NOT_CONNECTED);
    else call.remoteNumber = this.#remote.request(nodeId, call.group, call.operation, done);
  }

  #attempted(call: Call, target: number, attempt: Attempt): void {
    switch (attempt.status) {
      case 'done':
        this.#finish(call, { status: 'done', result: resultOf(call, attempt.result) });
        return;
      case 'unknown':
        call.sawUnknown = true;
        this.#later(call);
        return;
      case 'refused':
        call.lastReason = attempt.reason;
        if (isFinal(attempt.reason)) {
          this.#giveUp(call);
          return;
        }
        if (attempt.leader !== 0 && attempt.leader !== target) {
          call.hint = attempt.leader;
          call.hintsFollowed += 1;
          if (call.hintsFollowed <= HINTS_FOLLOWED_MAX) {
            this.#attempt(call);
            return;
          }
        }
        this.#later(call);
        return;
      default:
        attempt satisfies never;
    }
  }

  #later(call: Call): void {
    const { random, monotonicMs } = this.#options;
    const pause = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (call.attempts - 1));
    const jittered = pause / 2 + (pause / 2) * random();
    // The sweeper ends a call whose deadline comes before its next attempt.
    if (monotonicMs() + jittered >= call.deadlineMs) return;
    setTimeout(
      guarded('timer', () => this.#attempt(call)),
      jittered,
    );
  }

  #sweep(): void {
    const now = this.#options.monotonicMs();
    for (const call of this.#calls) {
      if (call.deadlineMs > now) break;
      this.#giveUp(call);
    }
    if (this.#calls.size === 0 && this.#sweeper !== null) {
      clearInterval(this.#sweeper);
      this.#sweeper = null;
    }
  }

  #giveUp(call: Call): void {
    if (call.remoteNumber !== 0) this.#remote.abandon(call.remoteNumber);
    if (call.sawUnknown || call.inAttempt) this.#finish(call, TIMEOUT);
    else this.#finish(call, failureOf(call.lastReason));
  }

  #finish(call: Call, outcome: CallOutcome): void {
    if (call.finished) return;
    call.finished = true;
    this.#calls.delete(call);
    // A caller's exception is the caller's: the others in the sweep are answered all the same.
    runGuarded('call', () => call.done(outcome));
  }
}

/** "There is nothing to stop" after an attempt whose outcome is not known: that attempt has done it. */
function resultOf({ sawUnknown, operation }: Call, result: OperationResult): OperationResult {
  const isOnce = operation.type === 'stop-answer' || operation.type === 'retry-dispatch';
  const isNothingLeft = result.type === 'rejected' && result.code === 'conflict';
  return isOnce && sawUnknown && isNothingLeft ? { type: 'done' } : result;
}

const NOT_CONNECTED: Attempt = { status: 'refused', reason: 'not-connected', leader: 0 };
const OVERLOADED: CallOutcome = {
  status: 'failed',
  code: 'overloaded',
  detail: 'this node has too many requests in hand; nothing was changed',
};
const TIMEOUT: CallOutcome = {
  status: 'failed',
  code: 'timeout',
  detail: 'no answer in time: it may or may not have been done',
};

/** Waiting a little won't change these. */
function isFinal(reason: RefusalReason): boolean {
  switch (reason) {
    case 'overloaded':
    case 'disk-full':
    case 'not-understood':
    case 'too-large':
    case 'malformed':
      return true;
    default:
      return false;
  }
}

function failureOf(reason: RefusalReason): CallOutcome {
  switch (reason) {
    case 'overloaded':
      return OVERLOADED;
    case 'disk-full':
      return {
        status: 'failed',
        code: 'overloaded',
        detail: 'the disk of the leader is full; nothing was changed',
      };
    case 'not-understood':
      return {
        status: 'failed',
        code: 'overloaded',
        detail: 'the leader runs another version and did not understand; nothing was changed',
      };
    case 'too-large':
      return {
        status: 'failed',
        code: 'payload_too_large',
        detail: 'it is larger than an entry of the log may be; nothing was changed',
      };
    case 'malformed':
      return {
        status: 'failed',
        ...invalidField(
          '',
          'a field is outside of what the log can hold; nothing was changed',
          'a field is outside of what the log can hold; nothing was changed',
        ),
      };
    case 'not-leader':
    case 'no-quorum':
    case 'transferring':
    case 'stopped':
    case 'not-connected':
      return {
        status: 'failed',
        code: 'no_quorum',
        detail: 'no leader with a quorum could be reached; nothing was changed',
      };
    default:
      return reason satisfies never;
  }
}

function outcomeOf(attempt: Attempt): CallOutcome {
  switch (attempt.status) {
    case 'done':
      return { status: 'done', result: attempt.result };
    case 'unknown':
      return TIMEOUT;
    case 'refused':
      return failureOf(attempt.reason);
    default:
      return attempt satisfies never;
  }
}
