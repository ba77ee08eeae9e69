// @vitest-environment happy-dom
import { type LiveAnswer, type Message, Store } from '@fleetlm/client';
import { EMPTY_MESSAGE } from '@fleetlm/protocol/ui-stream';
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveStatus, type LiveStatusProps, READ_OUT_EVERY_MS } from './live-status.tsx';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const answer = new Store<LiveAnswer | null>(null);
const RUNNING: LiveStatusProps['view'] = {
  messages: [],
  agent: { status: 'running', epoch: 1 },
};

function written(text: string): void {
  const message = {
    ...EMPTY_MESSAGE,
    parts: [{ type: 'text', text, state: 'streaming' } as const],
  };
  answer.set({ epoch: 1, attempt: 1, nextIndex: 1, message, ahead: [], earlier: null });
}

const heard = () => screen.getByRole('status').textContent;
const pass = () => act(() => vi.advanceTimersByTime(READ_OUT_EVERY_MS));

test('a streaming reply is read out as plain text, sentence by sentence, at a calm pace, each once', () => {
  const draw = (view: LiveStatusProps['view']) => (
    <LiveStatus store={{ answer }} view={view} agentName="Ava" />
  );
  const { rerender } = render(draw(RUNNING));
  expect(heard()).toBe('Ava is replying');
  written('**Hello** there. I fo');
  expect(heard()).toBe('Ava is replying');
  pass();
  expect(heard()).toBe('Hello there.');
  written('**Hello** there. I found `two` refunds.\n\n| a | b |\n');
  expect(heard()).toBe('Hello there.');
  pass();
  expect(heard()).toBe('I found two refunds. a b');
  pass();
  expect(heard()).toBe('I found two refunds. a b');
  const text = '**Hello** there. I found `two` refunds.\n\n| a | b |\n| - | - |\n| _x_ | y |';
  const message: Message = {
    id: 'm2',
    session_id: 's',
    seq: 2,
    sender_id: 'bot',
    kind: 'assistant',
    content: { role: 'assistant', parts: [{ type: 'text', text }] },
    metadata: { epoch: 1 },
    inserted_at: '2026-11-23T12:00:00.000Z',
  };
  rerender(draw({ messages: [message], agent: { status: 'idle', epoch: 1 } }));
  expect(heard()).toBe('x y');
});
