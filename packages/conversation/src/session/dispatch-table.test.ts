import { describe, expect, test } from 'vitest';
import { WHILE_ANSWERING, type WhileAnswering } from '../commands/commands.ts';
import type { DispatchState, DispatchStatus } from '../state.ts';
import {
  type DispatchEvent,
  type DispatchEventType,
  type DispatchOutcome,
  dispatchAfter,
} from './dispatch-table.ts';

const STATES: { readonly [S in DispatchStatus]: Extract<DispatchState, { status: S }> } = {
  idle: { status: 'idle', epoch: 3 },
  waiting: {
    status: 'waiting',
    epoch: 3,
    attempt: 1,
    dueAtMs: 1_000,
    dueByMs: 1_200,
    error: 'status 503',
  },
  running: { status: 'running', epoch: 3, attempt: 1, startedAtMs: 1_000, throughSeq: 5 },
  failed: { status: 'failed', epoch: 3, attempt: 1, error: 'status 500' },
};

const EVENTS: { readonly [E in DispatchEventType]: Extract<DispatchEvent, { type: E }> } = {
  'user-message': {
    type: 'user-message',
    timeMs: 900,
    debounceMs: 500,
    whileAnswering: 'queue',
    held: null,
  },
  start: { type: 'start', epoch: 3, attempt: 2, timeMs: 900 },
  defer: { type: 'defer', epoch: 3, attempt: 1, nextAttemptAtMs: 4_000, error: 'busy' },
  complete: { type: 'complete', epoch: 3, attempt: 1, timeMs: 900 },
  fail: { type: 'fail', epoch: 3, attempt: 1, error: 'broken', timeMs: 900 },
  checkpoint: { type: 'checkpoint', epoch: 3, attempt: 1 },
  stop: { type: 'stop', epoch: 3, timeMs: 900 },
  retry: { type: 'retry', timeMs: 900 },
  archive: { type: 'archive' },
};

type Expected =
  | DispatchStatus
  | 'same'
  | 'stale-epoch'
  | 'nothing-to-stop'
  | 'nothing-to-retry'
  | 'agent-busy';

/** What each event makes of each state when its epoch and attempt are the present ones. A missing cell does not compile. */
const EXPECTED: Readonly<Record<DispatchStatus, Readonly<Record<DispatchEventType, Expected>>>> = {
  idle: {
    'user-message': 'waiting',
    start: 'stale-epoch',
    defer: 'stale-epoch',
    complete: 'stale-epoch',
    fail: 'stale-epoch',
    checkpoint: 'stale-epoch',
    stop: 'nothing-to-stop',
    retry: 'nothing-to-retry',
    archive: 'same',
  },
  waiting: {
    'user-message': 'waiting',
    start: 'running',
    defer: 'stale-epoch',
    complete: 'stale-epoch',
    fail: 'failed',
    checkpoint: 'stale-epoch',
    stop: 'idle',
    retry: 'nothing-to-retry',
    archive: 'idle',
  },
  running: {
    'user-message': 'same',
    start: 'running',
    defer: 'waiting',
    complete: 'idle',
    fail: 'failed',
    checkpoint: 'same',
    stop: 'idle',
    retry: 'nothing-to-retry',
    archive: 'idle',
  },
  failed: {
    'user-message': 'waiting',
    start: 'stale-epoch',
    defer: 'stale-epoch',
    complete: 'stale-epoch',
    fail: 'stale-epoch',
    checkpoint: 'stale-epoch',
    stop: 'nothing-to-stop',
    retry: 'waiting',
    archive: 'idle',
  },
};

const FACTS = { lastUserSeq: 5, debounceMs: 500, decidedSeq: 0 };

function summary(state: DispatchState, outcome: DispatchOutcome): Expected {
  if ('next' in outcome) return outcome.next === state ? 'same' : outcome.next.status;
  const { refusal } = outcome;
  switch (refusal) {
    case 'stale-epoch':
    case 'nothing-to-stop':
    case 'nothing-to-retry':
    case 'agent-busy':
      return refusal;
    default:
      throw new Error(`unexpected refusal ${refusal}`);
  }
}

describe('the life of a piece of work', () => {
  test('C54 every state by every event is as the table says', () => {
    const actual = Object.fromEntries(
      Object.values(STATES).map((state) => [
        state.status,
        Object.fromEntries(
          Object.values(EVENTS).map((event) => [
            event.type,
            summary(state, dispatchAfter(state, event, FACTS)),
          ]),
        ),
      ]),
    );
    expect(actual).toEqual(EXPECTED);
  });

  test('C54 an event of another epoch or attempt is refused in every state', () => {
    for (const state of Object.values(STATES)) {
      for (const type of ['start', 'defer', 'complete', 'fail', 'checkpoint'] as const) {
        const event = EVENTS[type];
        for (const other of [
          { ...event, epoch: 2 },
          { ...event, epoch: 4 },
          { ...event, attempt: event.attempt + 1 },
          { ...event, attempt: event.attempt - 1 },
        ])
          expect(summary(state, dispatchAfter(state, other, FACTS))).toBe('stale-epoch');
      }
    }
    for (const epoch of [2, 4])
      for (const state of [STATES.waiting, STATES.running])
        expect(summary(state, dispatchAfter(state, { ...EVENTS.stop, epoch }, FACTS))).toBe(
          'stale-epoch',
        );
  });
});

/** What the agent's choice makes of a message, by what was held up for it. */
const HELD = {
  nothing: null,
  silent: { epoch: 3, attempt: 1, hasContent: false },
  content: { epoch: 3, attempt: 1, hasContent: true },
  other: { epoch: 3, attempt: 2, hasContent: true },
} as const;
type Held = keyof typeof HELD;

const DURING: Readonly<
  Record<
    'running' | 'waiting',
    Readonly<Record<WhileAnswering, Readonly<Record<Held, 'on' | 'anew' | 'agent-busy'>>>>
  >
> = {
  running: {
    queue: { nothing: 'on', silent: 'on', content: 'on', other: 'on' },
    interrupt: { nothing: 'on', silent: 'anew', content: 'anew', other: 'on' },
    reject: {
      nothing: 'agent-busy',
      silent: 'agent-busy',
      content: 'agent-busy',
      other: 'agent-busy',
    },
    merge: { nothing: 'on', silent: 'anew', content: 'on', other: 'on' },
  },
  waiting: {
    queue: { nothing: 'on', silent: 'on', content: 'on', other: 'on' },
    interrupt: { nothing: 'on', silent: 'on', content: 'anew', other: 'on' },
    reject: {
      nothing: 'agent-busy',
      silent: 'agent-busy',
      content: 'agent-busy',
      other: 'agent-busy',
    },
    merge: { nothing: 'on', silent: 'on', content: 'on', other: 'on' },
  },
};

describe('a message while the agent answers', () => {
  test.each(
    (['running', 'waiting'] as const).flatMap((status) =>
      WHILE_ANSWERING.flatMap((choice) =>
        (['nothing', 'silent', 'content', 'other'] as const).map((held) => ({
          status,
          choice,
          held,
        })),
      ),
    ),
  )('C58 $status, $choice, $held held up', ({ status, choice, held }) => {
    const state = STATES[status];
    const event = { ...EVENTS['user-message'], whileAnswering: choice, held: HELD[held] };
    const outcome = dispatchAfter(state, event, FACTS);
    const actual =
      'refusal' in outcome ? outcome.refusal : outcome.next.epoch === 3 ? 'on' : 'anew';
    expect(actual).toBe(DURING[status][choice][held]);
  });

  test('C57 after the debounce window a message is not merged any more', () => {
    const event = {
      ...EVENTS['user-message'],
      whileAnswering: 'merge',
      held: HELD.silent,
    } as const;
    const at = (timeMs: number) => dispatchAfter(STATES.running, { ...event, timeMs }, FACTS);
    expect(at(1_500)).toMatchObject({ next: { status: 'waiting', epoch: 4, attempt: 0 } });
    expect(at(1_501)).toEqual({ next: STATES.running });
  });

  test('C55 before the first call no message is refused', () => {
    const waiting = { ...STATES.waiting, attempt: 0 };
    const event = { ...EVENTS['user-message'], whileAnswering: 'reject' } as const;
    expect(dispatchAfter(waiting, event, FACTS)).toEqual({ next: { ...waiting, dueAtMs: 1_200 } });
  });
});
