// @vitest-environment happy-dom
import type { AgentTestBody } from '@fleetlm/protocol';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { AgentPlayground } from './agent-playground.tsx';

const { callAgent } = vi.hoisted(() => ({ callAgent: vi.fn() }));
vi.mock('../actions.ts', () => ({ callAgent }));

afterEach(cleanup);

const TEST: AgentTestBody = {
  is_healthy: true,
  url: 'https://bot.example/webhook',
  status: 200,
  error_code: null,
  error: null,
  first_byte_ms: 1,
  first_token_ms: 1,
  total_ms: 2,
  request: null,
  response: null,
  chunks: [],
  chunk_count: 0,
  findings: [],
  session_id: '00-0190b2f3-0000-7000-8000-000000000000',
  answer: [{ type: 'text', text: 'Hello from the agent' }],
};

test('when the answer is shown, the next message can be sent', async () => {
  callAgent.mockResolvedValue({ ok: true, value: TEST });
  const { container } = render(<AgentPlayground agentId="bot" />);
  const call = screen.getByRole('button');
  const seen: string[] = [];
  // What each drawing shows; `act` would show the last one alone.
  const observer = new MutationObserver(() => {
    const hasAnswer = container.textContent?.includes('Hello from the agent') === true;
    seen.push(
      `${hasAnswer ? 'answered' : 'asked'}, ${call.hasAttribute('aria-disabled') ? 'pending' : 'ready'}`,
    );
  });
  observer.observe(container, { subtree: true, childList: true, attributes: true });
  const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
  environment.IS_REACT_ACT_ENVIRONMENT = false;
  fireEvent.click(call);
  await expect.poll(() => seen.at(-1)).toBe('answered, ready');
  expect(seen).toContain('asked, pending');
  expect(seen).not.toContain('answered, pending');
});
