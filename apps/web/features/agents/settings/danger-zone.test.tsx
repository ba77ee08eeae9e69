// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { AGENT } from '../testing/agent.ts';
import { DangerZone } from './danger-zone.tsx';

const { deleteAgent, push } = vi.hoisted(() => ({ deleteAgent: vi.fn(), push: vi.fn() }));
vi.mock('../actions.ts', () => ({ deleteAgent, changeStatus: vi.fn() }));
vi.mock('next/navigation', () => ({ useRouter: () => ({ push }) }));

afterEach(() => {
  cleanup();
  deleteAgent.mockReset();
  push.mockReset();
});

function ask() {
  render(<DangerZone agent={AGENT} />);
  fireEvent.click(screen.getByRole('button', { name: 'Delete…' }));
  const dialog = within(screen.getByRole('dialog'));
  const act = () => fireEvent.click(dialog.getByRole('button', { name: 'Delete for good' }));
  const type = (text: string) =>
    fireEvent.change(dialog.getByLabelText('Type bot to confirm'), { target: { value: text } });
  return { dialog, act, type };
}

test('what happens to the conversations is said before anything happens', () => {
  const { dialog, act } = ask();
  expect(dialog.getByText(/stay readable/)).toBeTruthy();
  expect(dialog.getByText(/takes these conversations over/)).toBeTruthy();
  act();
  expect(deleteAgent).not.toHaveBeenCalled();
});

test('an agent is deleted once its id is typed', async () => {
  deleteAgent.mockResolvedValue({ ok: true, value: null });
  const { act, type } = ask();
  type('not it');
  act();
  expect(deleteAgent).not.toHaveBeenCalled();
  type('bot');
  act();
  await vi.waitFor(() => expect(push).toHaveBeenCalledWith('/agents'));
  expect(deleteAgent).toHaveBeenCalledWith('bot');
});

test('a refusal is shown in its words, and the agent stays', async () => {
  const problem = { status: 503, code: 'no_quorum', detail: 'No quorum right now.', errors: [] };
  deleteAgent.mockResolvedValue({ ok: false, problem });
  const { dialog, act, type } = ask();
  type('bot');
  act();
  expect((await dialog.findByRole('alert')).textContent).toBe('No quorum right now.');
  expect(push).not.toHaveBeenCalled();
});
