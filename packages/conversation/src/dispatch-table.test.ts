import { describe, expect, test } from 'vitest';
import {
  type DispatchEvent,
  type DispatchEventType,
  type DispatchOutcome,
  dispatchAfter,
} from './dispatch-table.ts';
import type { DispatchState, DispatchStatus } from './state.ts';

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
  'user-message': { type: 'user-message', timeMs: 900, debounceMs: 500 },
  start: { type: 'start', epoch: 3, attempt: 2, timeMs: 900 },
  defer: { type: 'defer', epoch: 3, attempt: 1, nextAttemptAtMs: 4_000, error: 'busy' },
  complete: { type: 'complete', epoch: 3, attempt: 1, timeMs: 900 },
  fail: { type: 'fail', epoch: 3, attempt: 1, error: 'broken', timeMs: 900 },
  stop: { type: 'stop', epoch: 3, timeMs: 900 },
  retry: { type: 'retry', timeMs: 900 },
  archive: { type: 'archive' },
};

type Expected = DispatchStatus | 'same' | 'stale-epoch' | 'nothing-to-stop' | 'nothing-to-retry';

/** What each event makes of each state when its epoch and attempt are the present ones. A missing cell does not compile. */
const EXPECTED: Readonly<Record<DispatchStatus, Readonly<Record<DispatchEventType, Expected>>>> = {
  idle: {
    'user-message': 'waiting',
    start: 'stale-epoch',
    defer: 'stale-epoch',
    complete: 'stale-epoch',
    fail: 'stale-epoch',
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
    stop: 'nothing-to-stop',
    retry: 'waiting',
    archive: 'idle',
  },
};

const FACTS = { lastUserSeq: 5, debounceMs: 500 };

function summary(state: DispatchState, outcome: DispatchOutcome): Expected {
  if ('next' in outcome) return outcome.next === state ? 'same' : outcome.next.status;
  const { refusal } = outcome;
  if (refusal === 'stale-epoch' || refusal === 'nothing-to-stop' || refusal === 'nothing-to-retry')
    return refusal;
  throw new Error(`unexpected refusal ${refusal}`);
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
      for (const type of ['start', 'defer', 'complete', 'fail'] as const) {
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
