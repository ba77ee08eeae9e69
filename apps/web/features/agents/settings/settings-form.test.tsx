// @vitest-environment happy-dom
import { AGENT_ADAPTERS, AGENT_PROMPT_LENGTH_MAX } from '@fleetlm/protocol';
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { AGENT } from '../testing/agent.ts';
import { SettingsForm } from './settings-form.tsx';

const { saveSettings } = vi.hoisted(() => ({ saveSettings: vi.fn() }));
vi.mock('../actions.ts', () => ({ saveSettings }));

afterEach(() => {
  cleanup();
  saveSettings.mockReset();
});

const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
const isDisabled = (button: HTMLElement) => button.getAttribute('aria-disabled') === 'true';
/** What a screen reader says after the label. */
const descriptionOf = (field: HTMLElement): string =>
  (field.getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent)
    .join(' ');
const save = () => screen.getByRole('button', { name: /^Sav/ });

test('only what was changed is sent, and nothing can be saved before', async () => {
  saveSettings.mockResolvedValue({ ok: true, value: null });
  render(<SettingsForm agent={AGENT} />);
  expect(isDisabled(save())).toBe(true);
  type('Name', 'Ava');
  fireEvent.change(screen.getByLabelText('What it is sent'), { target: { value: 'entire' } });
  fireEvent.click(save());
  await vi.waitFor(() =>
    expect(saveSettings).toHaveBeenCalledWith('bot', {
      name: 'Ava',
      message_history_mode: 'entire',
    }),
  );
});

test('a setting that is not right is named at its field and is not sent', async () => {
  render(<SettingsForm agent={AGENT} />);
  type('Debounce', 'soon');
  fireEvent.click(save());
  expect((await screen.findByRole('alert')).textContent).toBe('Some settings are invalid.');
  const field = screen.getByLabelText('Debounce');
  expect(field.getAttribute('aria-invalid')).toBe('true');
  expect(descriptionOf(field)).toBe('ms must be an integer from 0 to 60000');
  expect(saveSettings).not.toHaveBeenCalled();
});

test('what the cluster refuses is shown with its words, at the field that it names', async () => {
  const errors = [{ path: 'agent.origin_url', message: 'is not allowed here' }];
  const problem = { status: 422, code: 'invalid_request', detail: 'One setting is wrong.', errors };
  saveSettings.mockResolvedValue({ ok: false, problem });
  render(<SettingsForm agent={AGENT} />);
  type('Origin URL', 'http://10.0.0.1');
  fireEvent.click(save());
  expect((await screen.findByRole('alert')).textContent).toBe('One setting is wrong.');
  expect(screen.getByText('is not allowed here')).toBeTruthy();
  type('Origin URL', 'https://bot.example.com');
  await expect.poll(() => screen.queryByText('is not allowed here')).toBeNull();
  expect(screen.getByLabelText('Origin URL').getAttribute('aria-invalid')).toBeNull();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('changes can be discarded', () => {
  render(<SettingsForm agent={AGENT} />);
  type('Name', 'Ava');
  fireEvent.click(screen.getByRole('button', { name: 'Discard changes' }));
  expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('Bot');
  expect(isDisabled(save())).toBe(true);
});

test.each(Object.entries(AGENT_ADAPTERS))(
  'the adapter %s says what it is for, and asks for a model when it uses one',
  async (name, adapter) => {
    render(<SettingsForm agent={AGENT} />);
    const select = screen.getByLabelText('Adapter');
    fireEvent.change(select, { target: { value: name } });
    await expect.poll(() => screen.queryByText(adapter.hint)).not.toBeNull();
    expect(select.getAttribute('aria-describedby')).toBe(screen.getByText(adapter.hint).id);
    expect(screen.queryByLabelText('Model') !== null).toBe(adapter.usesModel);
  },
);

test('a model is asked for where the adapter uses one', async () => {
  saveSettings.mockResolvedValue({ ok: true, value: null });
  render(<SettingsForm agent={AGENT} />);
  expect(screen.queryByLabelText('Model')).toBeNull();
  fireEvent.change(screen.getByLabelText('Adapter'), { target: { value: 'openai-chat' } });
  await expect.poll(() => screen.queryByLabelText('Model')).not.toBeNull();
  type('Model', 'llama3.2');
  fireEvent.click(save());
  await vi.waitFor(() =>
    expect(saveSettings).toHaveBeenCalledWith('bot', {
      adapter: 'openai-chat',
      model: 'llama3.2',
    }),
  );
});

test('settings stand in sections, each with what it is about', () => {
  render(<SettingsForm agent={AGENT} />);
  const timeouts = within(screen.getByRole('region', { name: 'Time-outs' }));
  expect(descriptionOf(timeouts.getByLabelText('Silence at most'))).toBe(
    'ms Empty: as the first byte.',
  );
  expect(timeouts.queryByLabelText('Debounce')).toBeNull();
  const names = screen.getAllByRole('heading', { level: 2 }).map((heading) => heading.textContent);
  expect(names).toEqual([
    'Profile',
    'Endpoint',
    'History',
    'Concurrency',
    'Time-outs',
    'Summaries',
    'Costs',
    'Privacy',
  ]);
});

test('suggested prompts are one a line, and a line that is not right is named', async () => {
  saveSettings.mockResolvedValue({ ok: true, value: null });
  render(<SettingsForm agent={AGENT} />);
  type('Suggested prompts', `Fine\n${'x'.repeat(AGENT_PROMPT_LENGTH_MAX + 1)}`);
  fireEvent.click(save());
  expect(await screen.findByText(/^Line 2 must have at most/)).toBeTruthy();
  type('Suggested prompts', ' What can you do? \n\nHelp me');
  fireEvent.click(save());
  await vi.waitFor(() =>
    expect(saveSettings).toHaveBeenCalledWith('bot', {
      suggested_prompts: ['What can you do?', 'Help me'],
    }),
  );
});
