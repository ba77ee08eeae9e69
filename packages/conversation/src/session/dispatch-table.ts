import type { WhileAnswering } from '../commands/commands.ts';
import type { RefusalCode } from '../commands/results.ts';
import type { DispatchState, DispatchStatus } from '../state.ts';

/** What can happen to the work of a session. Times are Unix milliseconds. */
export type DispatchEvent =
  | {
      readonly type: 'user-message';
      readonly timeMs: number;
      readonly debounceMs: number;
      readonly whileAnswering: WhileAnswering;
      /** The answer that the proposer held up for this message, and whether it has content. */
      readonly held: (Attempt & { readonly hasContent: boolean }) | null;
    }
  | {
      readonly type: 'start';
      readonly epoch: number;
      readonly attempt: number;
      readonly timeMs: number;
    }
  | {
      readonly type: 'defer';
      readonly epoch: number;
      readonly attempt: number;
      readonly nextAttemptAtMs: number;
      readonly error: string;
    }
  | {
      readonly type: 'complete';
      readonly epoch: number;
      readonly attempt: number;
      readonly timeMs: number;
    }
  | {
      readonly type: 'fail';
      readonly epoch: number;
      readonly attempt: number;
      readonly error: string;
      readonly timeMs: number;
    }
  | { readonly type: 'checkpoint'; readonly epoch: number; readonly attempt: number }
  | { readonly type: 'stop'; readonly epoch: number; readonly timeMs: number }
  | { readonly type: 'retry'; readonly timeMs: number }
  | { readonly type: 'archive' };

export type DispatchEventType = DispatchEvent['type'];

/** What the table looks at beside the state. */
export interface DispatchFacts {
  readonly lastUserSeq: number;
  readonly debounceMs: number;
  /** The response that decided everything that a message asks, until the work that continues the message ends; 0: none. */
  readonly decidedSeq: number;
}

export type DispatchOutcome =
  | { readonly next: DispatchState }
  | { readonly refusal: RefusalCode; readonly detail: string };

type StateOf<S extends DispatchStatus> = Extract<DispatchState, { status: S }>;
type EventOf<E extends DispatchEventType> = Extract<DispatchEvent, { type: E }>;

type Row<State> = {
  readonly [E in DispatchEventType]: (
    state: State,
    event: EventOf<E>,
    facts: DispatchFacts,
  ) => DispatchOutcome;
};

/** Further messages push the call back by their debounce, but the first one never waits longer than this many. */
export const DEBOUNCE_WINDOWS_MAX = 10;

/** The life of a piece of work: every state by every event. A missing cell does not compile. */
const TABLE: { readonly [S in DispatchStatus]: Row<StateOf<S>> } = {
  idle: {
    'user-message': (state, event) => ({ next: newWork(state, event) }),
    start: nothingRuns,
    defer: nothingRuns,
    complete: nothingRuns,
    fail: nothingRuns,
    checkpoint: nothingRuns,
    stop: (state) => refused('nothing-to-stop', `epoch ${state.epoch} has ended`),
    retry: (state) => refused('nothing-to-retry', `epoch ${state.epoch} has not failed`),
    archive: (state) => ({ next: state }),
  },
  waiting: {
    'user-message': duringWait,
    start: (state, event, facts) =>
      event.epoch === state.epoch && event.attempt === state.attempt + 1
        ? { next: running(event, facts) }
        : stale(state, event),
    defer: nothingRuns,
    complete: nothingRuns,
    fail: (state, event) =>
      isCurrent(state, event)
        ? { next: { status: 'failed', ...attemptOf(event), error: event.error } }
        : stale(state, event),
    checkpoint: nothingRuns,
    stop: (state, event) =>
      event.epoch === state.epoch ? { next: idleAfter(state) } : stale(state, event),
    retry: (state) => refused('nothing-to-retry', `epoch ${state.epoch} is waiting already`),
    archive: (state) => ({ next: idleAfter(state) }),
  },
  running: {
    'user-message': duringAnswer,
    start: (state, event, facts) =>
      event.epoch === state.epoch && event.attempt === state.attempt + 1
        ? { next: running(event, facts) }
        : stale(state, event),
    defer: (state, event) =>
      isCurrent(state, event) ? { next: deferred(event) } : stale(state, event),
    complete: (state, event, facts) =>
      isCurrent(state, event)
        ? { next: ended(state, facts, event.timeMs, null) ?? idleAfter(state) }
        : stale(state, event),
    fail: (state, event, facts) =>
      isCurrent(state, event)
        ? {
            next: ended(state, facts, event.timeMs, event.error) ?? {
              status: 'failed',
              ...attemptOf(event),
              error: event.error,
            },
          }
        : stale(state, event),
    checkpoint: (state, event) => (isCurrent(state, event) ? { next: state } : stale(state, event)),
    stop: (state, event, facts) =>
      event.epoch === state.epoch
        ? { next: ended(state, facts, event.timeMs, null) ?? idleAfter(state) }
        : stale(state, event),
    retry: (state) => refused('nothing-to-retry', `epoch ${state.epoch} is running`),
    archive: (state) => ({ next: idleAfter(state) }),
  },
  failed: {
    'user-message': (state, event) => ({ next: newWork(state, event) }),
    start: nothingRuns,
    defer: nothingRuns,
    complete: nothingRuns,
    fail: nothingRuns,
    checkpoint: nothingRuns,
    stop: (state) => refused('nothing-to-stop', `epoch ${state.epoch} has failed`),
    retry: (state, event) => ({
      next: newWork(state, { timeMs: event.timeMs, debounceMs: 0 }),
    }),
    archive: (state) => ({ next: idleAfter(state) }),
  },
};

/** The state after an event, or why it is refused. An event that changes nothing answers with the same object. */
export function dispatchAfter(
  state: DispatchState,
  event: DispatchEvent,
  facts: DispatchFacts,
): DispatchOutcome {
  switch (state.status) {
    case 'idle':
      return cellOf(TABLE.idle, state, event, facts);
    case 'waiting':
      return cellOf(TABLE.waiting, state, event, facts);
    case 'running':
      return cellOf(TABLE.running, state, event, facts);
    case 'failed':
      return cellOf(TABLE.failed, state, event, facts);
    default:
      return state satisfies never;
  }
}

function cellOf<State>(
  row: Row<State>,
  state: State,
  event: DispatchEvent,
  facts: DispatchFacts,
): DispatchOutcome {
  switch (event.type) {
    case 'user-message':
      return row['user-message'](state, event, facts);
    case 'start':
      return row.start(state, event, facts);
    case 'defer':
      return row.defer(state, event, facts);
    case 'complete':
      return row.complete(state, event, facts);
    case 'fail':
      return row.fail(state, event, facts);
    case 'checkpoint':
      return row.checkpoint(state, event, facts);
    case 'stop':
      return row.stop(state, event, facts);
    case 'retry':
      return row.retry(state, event, facts);
    case 'archive':
      return row.archive(state, event, facts);
    default:
      return event satisfies never;
  }
}

interface Attempt {
  readonly epoch: number;
  readonly attempt: number;
}

function attemptOf({ epoch, attempt }: Attempt): Attempt {
  return { epoch, attempt };
}

function isCurrent(state: Attempt, event: Attempt): boolean {
  return state.epoch === event.epoch && state.attempt === event.attempt;
}

function newWork(
  state: { readonly epoch: number },
  { timeMs, debounceMs }: { readonly timeMs: number; readonly debounceMs: number },
  error: string | null = null,
): DispatchState {
  return {
    status: 'waiting',
    epoch: state.epoch + 1,
    attempt: 0,
    dueAtMs: timeMs + debounceMs,
    dueByMs: timeMs + debounceMs * DEBOUNCE_WINDOWS_MAX,
    error,
  };
}

/** The agent's choice about a message that comes while it answers. */
function duringAnswer(
  state: StateOf<'running'>,
  event: EventOf<'user-message'>,
  { decidedSeq }: DispatchFacts,
): DispatchOutcome {
  switch (event.whileAnswering) {
    case 'queue':
      return { next: state };
    case 'reject':
      return agentBusy(state);
    case 'interrupt':
      return { next: holdsAnswerOf(state, event) ? newWork(state, event) : state };
    case 'merge': {
      // A message that is continued is a turn of its own: the agent is sent nothing behind it.
      const isContinuation = decidedSeq > 0 && state.throughSeq >= decidedSeq;
      const isEarly = !isContinuation && event.timeMs - state.startedAtMs <= event.debounceMs;
      const hasNoContent = holdsAnswerOf(state, event) && event.held?.hasContent === false;
      return { next: isEarly && hasNoContent ? newWork(state, event) : state };
    }
    default:
      return event.whileAnswering satisfies never;
  }
}

/** Between two attempts the agent is still at it: what was read of the first one may be on the screen. */
function duringWait(
  state: StateOf<'waiting'>,
  event: EventOf<'user-message'>,
  { decidedSeq }: DispatchFacts,
): DispatchOutcome {
  if (state.attempt > 0) {
    if (event.whileAnswering === 'reject') return agentBusy(state);
    const hasContent = holdsAnswerOf(state, event) && event.held?.hasContent === true;
    if (event.whileAnswering === 'interrupt' && hasContent) return { next: newWork(state, event) };
  }
  // A message that is continued comes first; what is written behind it is the next turn.
  return { next: decidedSeq > 0 ? state : pushedBack(state, event) };
}

/** An answer that the proposer did not hold up might be cut off unseen: such a message only waits. */
function holdsAnswerOf(state: Attempt, { held }: EventOf<'user-message'>): boolean {
  return held !== null && isCurrent(state, held);
}

function agentBusy(state: Attempt): DispatchOutcome {
  return refused('agent-busy', `the agent is still answering (epoch ${state.epoch})`);
}

/** Never earlier than it was: neither by a clock that went back nor during an agent's back-off. */
function pushedBack(state: StateOf<'waiting'>, event: EventOf<'user-message'>): DispatchState {
  const dueAtMs = Math.max(state.dueAtMs, Math.min(event.timeMs + event.debounceMs, state.dueByMs));
  return dueAtMs === state.dueAtMs ? state : { ...state, dueAtMs };
}

function running(event: EventOf<'start'>, facts: DispatchFacts): DispatchState {
  return {
    status: 'running',
    ...attemptOf(event),
    startedAtMs: event.timeMs,
    throughSeq: facts.decidedSeq > 0 ? facts.decidedSeq : facts.lastUserSeq,
  };
}

function deferred(event: EventOf<'defer'>): DispatchState {
  return {
    status: 'waiting',
    ...attemptOf(event),
    dueAtMs: event.nextAttemptAtMs,
    dueByMs: event.nextAttemptAtMs,
    error: event.error,
  };
}

/** A call is over: new work when the user wrote what it has not seen, null otherwise. */
function ended(
  state: StateOf<'running'>,
  facts: DispatchFacts,
  timeMs: number,
  error: string | null,
): DispatchState | null {
  if (facts.lastUserSeq <= state.throughSeq) return null;
  return newWork(state, { timeMs, debounceMs: facts.debounceMs }, error);
}

function idleAfter(state: { readonly epoch: number }): DispatchState {
  return { status: 'idle', epoch: state.epoch };
}

function nothingRuns(state: DispatchState, event: Attempt): DispatchOutcome {
  return stale(state, event);
}

function stale(
  state: DispatchState,
  event: { readonly epoch: number; readonly attempt?: number },
): DispatchOutcome {
  const asked = event.attempt === undefined ? '' : ` attempt ${event.attempt}`;
  const present = 'attempt' in state ? ` attempt ${state.attempt}` : '';
  return refused(
    'stale-epoch',
    `epoch ${event.epoch}${asked} is not the present one: epoch ${state.epoch}${present} is ${state.status}`,
  );
}

function refused(refusal: RefusalCode, detail: string): DispatchOutcome {
  return { refusal, detail };
}
