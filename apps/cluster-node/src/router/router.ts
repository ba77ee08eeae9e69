import { doubledMs, invalidField, jitteredMs } from '@fleetlm/protocol';
import { type Attempt, isNodeRefusal } from '../operations/execution.ts';
import type {
  GroupOperationType,
  Operation,
  OperationType,
  OutcomeOf,
  Typed,
} from '../operations/operations.ts';
import { groupOf, OPERATION_TABLE } from '../operations/table.ts';
import {
  type NodeRefusal,
  type Outcome,
  ok,
  type Refused,
  refused,
  UNKNOWN,
  type Unknown,
} from '../outcome.ts';
import { guarded, runGuarded } from '../telemetry/guarded.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { Admission } from './admission.ts';
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
  /** Has the cluster a group of this number? */
  readonly isGroup: (group: number) => boolean;
  /** Null: no such node. */
  readonly nodeIdOf: (node: number) => string | null;
  readonly isConnected: (nodeId: string) => boolean;
  readonly metrics: Pick<Metrics, 'routerAttempts'>;
  /** What one sync of this node's disk takes, in milliseconds. */
  readonly syncMs: () => number;
  readonly monotonicMs: () => number;
  /** A uniform number in [0, 1), for the jitter of pauses. */
  readonly random: () => number;
}

interface Call extends Attempted {
  readonly operation: Operation;
  readonly deadlineMs: number;
  /** A method: the value is of the operation's type, from its executor here or parsed as its result. */
  done(outcome: Outcome<unknown>): void;
  attempts: number;
  hintsFollowed: number;
  hint: number;
  sawUnknown: boolean;
  lastCode: NodeRefusal['code'];
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
  readonly #admission: Admission;
  readonly #view: RoutingView;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#remote = new RemoteCalls(options);
    this.#admission = new Admission({ most: CALLS_MAX, syncMs: options.syncMs });
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

  /** Messages that this node carries at once for clients, as things are. */
  get admitted(): number {
    return this.#admission.limit;
  }

  get remote(): Pick<RemoteCalls, 'handleRequest' | 'handleResponse' | 'peerDown'> {
    return this.#remote;
  }

  /** Has the group of the operation decide about it. Resolves within CALL_DEADLINE_MS or a little later. */
  request<T extends GroupOperationType>(operation: Typed<T>): Promise<OutcomeOf<T>> {
    return new Promise((resolve) => this.call(operation, resolve));
  }

  /** As `request`; calls `done` exactly once. */
  call<T extends GroupOperationType>(
    operation: Typed<T>,
    done: (outcome: OutcomeOf<T>) => void,
  ): void;
  call(operation: Operation, done: (outcome: Outcome<never>) => void): void {
    if (this.#calls.size >= CALLS_MAX) {
      done(OVERLOADED);
      return;
    }
    const { by } = OPERATION_TABLE[operation.type];
    const group = groupOf(operation.type, operation);
    if (group === null || by === 'node' || !this.#options.isGroup(group)) {
      done(noGroup(operation));
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
      lastCode: 'no-quorum',
      remoteNumber: 0,
      inAttempt: false,
      finished: false,
    };
    if (operation.type === 'append' && !this.#admission.enter()) {
      done(OVERLOADED);
      return;
    }
    this.#calls.add(call);
    this.#sweeper ??= setInterval(
      guarded('timer', () => this.#sweep()),
      SWEEP_MS,
    );
    this.#attempt(call);
  }

  /** One attempt on one node, without retries: for what concerns that node alone. Null: this one. */
  ask<T extends OperationType>(nodeId: string | null, operation: Typed<T>): Promise<OutcomeOf<T>>;
  ask(nodeId: string | null, operation: Operation): Promise<Outcome<unknown>> {
    return new Promise((resolve) => {
      const finish = (attempt: Attempt): void => {
        clearTimeout(timer);
        resolve(outcomeOf(attempt));
      };
      const timer = setTimeout(
        guarded('timer', () => finish(UNKNOWN)),
        CALL_DEADLINE_MS,
      );
      if (nodeId === null) this.#options.execute(operation, finish);
      else this.#remote.request(nodeId, null, operation, finish);
    });
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
        outcome: isAnswer(attempt) ? 'answered' : attempt.status,
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
    if (isAnswer(attempt)) {
      this.#finish(call, isDoneAlready(call, attempt) ? NOTHING_LEFT : attempt);
      return;
    }
    if (attempt.status === 'unknown') {
      call.sawUnknown = true;
      this.#later(call);
      return;
    }
    const { code, leader } = attempt;
    call.lastCode = code;
    if (isFinal(code)) {
      this.#giveUp(call);
      return;
    }
    if (leader !== 0 && leader !== target) {
      call.hint = leader;
      call.hintsFollowed += 1;
      if (call.hintsFollowed <= HINTS_FOLLOWED_MAX) {
        this.#attempt(call);
        return;
      }
    }
    this.#later(call);
  }

  #later(call: Call): void {
    const { random, monotonicMs } = this.#options;
    const pause = doubledMs(call.attempts - 1, BACKOFF_FIRST_MS, BACKOFF_MAX_MS);
    const jittered = jitteredMs(pause, random());
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
    this.#finish(call, call.sawUnknown || call.inAttempt ? UNKNOWN : refusalOf(call.lastCode));
  }

  #left({ deadlineMs }: Call, { status }: Outcome<unknown>): void {
    const now = this.#options.monotonicMs();
    this.#admission.left(now, status === 'ok' ? now - (deadlineMs - CALL_DEADLINE_MS) : null);
  }

  #finish(call: Call, outcome: Outcome<unknown>): void {
    if (call.finished) return;
    call.finished = true;
    this.#calls.delete(call);
    if (call.operation.type === 'append') this.#left(call, outcome);
    // A caller's exception is the caller's: the others in the sweep are answered all the same.
    runGuarded('call', () => call.done(outcome));
  }
}

/** What another attempt would not change: a result, a decision, or a defect. */
type Answer = Exclude<Outcome<unknown>, { readonly status: 'unknown' }> | Required<Unknown>;

function isAnswer(attempt: Attempt): attempt is Answer {
  switch (attempt.status) {
    case 'ok':
      return true;
    case 'refused':
      return !isNodeRefusal(attempt);
    case 'unknown':
      return attempt.failure !== undefined;
    default:
      return attempt satisfies never;
  }
}

/** "There is nothing to stop" after an attempt whose outcome is unknown: that attempt has done it. */
function isDoneAlready({ sawUnknown, operation: { type } }: Call, answer: Answer): boolean {
  const isOnce = type === 'stop-answer' || type === 'retry-dispatch';
  return isOnce && sawUnknown && answer.status === 'refused' && answer.code === 'conflict';
}

const NOTHING_LEFT = ok(null);
const NOT_CONNECTED: Refused<NodeRefusal> = {
  status: 'refused',
  code: 'not-connected',
  leader: 0,
};
const OVERLOADED = refused({
  code: 'overloaded',
  detail: 'this node has too many requests in flight; nothing was changed',
});

function noGroup(operation: Operation): Refused {
  const what = 'sessionId' in operation ? `session ${operation.sessionId}` : 'group of this number';
  return refused({ code: 'not_found', detail: `there is no ${what}` });
}

/** Waiting a little won't change these. */
function isFinal(code: NodeRefusal['code']): boolean {
  switch (code) {
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

/** A node's refusal, once no other attempt is made. */
function refusalOf(code: NodeRefusal['code']): Refused {
  switch (code) {
    case 'overloaded':
      return OVERLOADED;
    case 'disk-full':
      return refused({
        code: 'overloaded',
        detail: 'the disk of the leader is full; nothing was changed',
      });
    case 'not-understood':
      return refused({
        code: 'overloaded',
        detail: 'the leader runs another version and rejected the request; nothing was changed',
      });
    case 'too-large':
      return refused({
        code: 'payload_too_large',
        detail: 'larger than an entry of the log may be; nothing was changed',
      });
    case 'malformed': {
      const detail = 'a field is outside of what the log can hold; nothing was changed';
      return refused(invalidField('', detail, detail));
    }
    case 'not-leader':
    case 'no-quorum':
    case 'transferring':
    case 'stopped':
    case 'not-connected':
      return refused({
        code: 'no_quorum',
        detail: 'no leader with a quorum could be reached; nothing was changed',
      });
    default:
      return code satisfies never;
  }
}

function outcomeOf(attempt: Attempt): Outcome<unknown> {
  return attempt.status === 'refused' && isNodeRefusal(attempt) ? refusalOf(attempt.code) : attempt;
}
