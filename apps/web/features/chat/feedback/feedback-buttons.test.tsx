// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FeedbackButtons } from './feedback-buttons.tsx';
import { SessionFeedbackProvider } from './session-feedback.tsx';

const { toast } = vi.hoisted(() => ({ toast: { error: vi.fn() } }));
vi.mock('sonner', () => ({ toast }));

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

let sent: Sent[];
let answer: (call: Sent) => Response;
/** What the server has. */
let kept: readonly unknown[];

beforeEach(() => {
  sent = [];
  kept = [];
  answer = ({ body }) =>
    Response.json({ feedback: { seq: 2, reason: null, comment: null, ...(body as object) } });
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    const call = { method: init.method ?? 'GET', path, body };
    if (call.method === 'GET') return Response.json({ feedback: kept });
    sent.push(call);
    const answered = answer(call);
    if (answered.ok)
      kept = call.method === 'DELETE' ? [] : [(await answered.clone().json()).feedback];
    return answered;
  });
});
afterEach(() => {
  cleanup();
  toast.error.mockReset();
  vi.unstubAllGlobals();
});

function draw(): void {
  render(
    <QueryClientProvider
      client={new QueryClient({ defaultOptions: { mutations: { retry: false } } })}
    >
      <SessionFeedbackProvider sessionId="7f-x">
        <FeedbackButtons seq={2} />
      </SessionFeedbackProvider>
    </QueryClientProvider>,
  );
}

const isPressed = (name: string) =>
  screen.getByRole('button', { name, hidden: true }).getAttribute('aria-pressed') === 'true';

test('a click rates the reply at once and asks why; another one takes it back', async () => {
  draw();
  fireEvent.click(screen.getByRole('button', { name: 'Bad reply' }));
  await expect.poll(() => isPressed('Bad reply')).toBe(true);
  fireEvent.click(await screen.findByRole('button', { name: 'Incorrect' }));
  fireEvent.change(screen.getByLabelText('Comment'), { target: { value: ' It is 7. ' } });
  fireEvent.click(screen.getByRole('button', { name: 'Send' }));
  await expect
    .poll(() => sent)
    .toEqual([
      {
        method: 'PUT',
        path: '/api/sessions/7f-x/feedback/2',
        body: { rating: 'down', reason: null, comment: null },
      },
      {
        method: 'PUT',
        path: '/api/sessions/7f-x/feedback/2',
        body: { rating: 'down', reason: 'incorrect', comment: 'It is 7.' },
      },
    ]);
  fireEvent.click(screen.getByRole('button', { name: 'Bad reply' }));
  await expect.poll(() => sent.at(-1)?.method).toBe('DELETE');
  expect(isPressed('Bad reply')).toBe(false);
});

test('a rating that was not saved is taken off the screen, with the reason', async () => {
  answer = () => Response.json({ detail: 'Postgres is unreachable.' }, { status: 503 });
  draw();
  fireEvent.click(screen.getByRole('button', { name: 'Good reply' }));
  await expect.poll(() => toast.error.mock.calls).toHaveLength(1);
  expect(toast.error.mock.calls[0]?.[0]).toBe(
    'Your feedback was not saved: Postgres is unreachable.',
  );
  expect(isPressed('Good reply')).toBe(false);
});

test('there is nothing to rate outside of a conversation', () => {
  render(<FeedbackButtons seq={2} />);
  expect(screen.queryByRole('button')).toBeNull();
});
