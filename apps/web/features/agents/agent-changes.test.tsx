// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { AgentSwitch } from './agents-table.tsx';
import { RegisterAgent } from './register-agent.tsx';
import { RotateSecret } from './settings/rotate-secret.tsx';
import { AGENT } from './testing/agent.ts';

const actions = vi.hoisted(() => ({
  changeStatus: vi.fn(),
  rotate: vi.fn(),
  register: vi.fn(),
  tryAddress: vi.fn(),
}));
vi.mock('./actions.ts', () => actions);

afterEach(() => {
  cleanup();
  for (const action of Object.values(actions)) action.mockReset();
});

const click = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));

test('an agent is disabled only when the question is answered, and enabled at once', async () => {
  actions.changeStatus.mockResolvedValue({ ok: true, value: null });
  const { rerender } = render(<AgentSwitch agent={AGENT} />);
  click('Disable Bot');
  expect(document.activeElement?.textContent).toBe('Keep it enabled');
  click('Keep it enabled');
  expect(actions.changeStatus).not.toHaveBeenCalled();
  click('Disable Bot');
  click('Disable');
  await expect.poll(() => actions.changeStatus.mock.lastCall).toEqual(['bot', 'disabled']);
  await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
  rerender(<AgentSwitch agent={{ ...AGENT, status: 'disabled' }} />);
  click('Enable Bot');
  await expect.poll(() => actions.changeStatus.mock.lastCall).toEqual(['bot', 'enabled']);
});

test('a secret is rotated only when the question is answered', async () => {
  actions.rotate.mockResolvedValue({ ok: true, value: { secret: 'whsec_new' } });
  render(<RotateSecret agentId="bot" previousUntil={null} />);
  click('Rotate secret…');
  expect(actions.rotate).not.toHaveBeenCalled();
  click('Rotate');
  await expect.poll(() => screen.queryByText('whsec_new')).not.toBeNull();
});

test('the secret is there before the test call, which is signed with it, and is the one registered', async () => {
  const test_ = { ok: false, problem: { detail: 'It did not answer.', errors: [] } };
  actions.tryAddress.mockResolvedValue(test_);
  actions.register.mockResolvedValue({
    ok: false,
    problem: { detail: 'No.', errors: [{ path: 'agent.id', message: 'is taken' }] },
  });
  render(<RegisterAgent />);
  click('Register agent');
  expect(document.activeElement).toBe(screen.getByLabelText('Id'));
  expect(
    screen.getAllByRole('listitem').map(({ textContent }) => textContent?.replace(/^\d\. /, '')),
  ).toEqual(['Address', 'Secret', 'Test call']);
  const secret = screen.getByText(/^whsec_/).textContent;
  for (const [label, value] of [
    ['Id', 'bot'],
    ['Name', 'Ava'],
    ['Origin URL', 'https://bot.example'],
  ] as const)
    fireEvent.change(screen.getByLabelText(label), { target: { value } });
  click('Test call');
  await expect
    .poll(() => actions.tryAddress.mock.lastCall)
    .toEqual([expect.objectContaining({ secret })]);
  click('Register');
  await expect.poll(() => screen.queryByText('is taken')).not.toBeNull();
  expect(actions.register).toHaveBeenCalledWith(expect.objectContaining({ id: 'bot', secret }));
  fireEvent.change(screen.getByLabelText('Id'), { target: { value: 'bot-2' } });
  await expect.poll(() => screen.queryByText('is taken')).toBeNull();
});
