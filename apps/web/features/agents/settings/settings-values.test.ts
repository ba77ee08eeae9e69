import type { AgentBody } from '@fleetlm/protocol';
import { expect, test } from 'vitest';
import { AGENT as REGISTERED } from '../testing/agent.ts';
import { changedFields, settingsSchema, valuesOf } from './settings-values.ts';

const AGENT: AgentBody = { ...REGISTERED, total_timeout_ms: 60_000 };

test('nothing is sent that was not changed', () => {
  expect(changedFields(AGENT, valuesOf(AGENT))).toEqual({});
  expect(changedFields(AGENT, { ...valuesOf(AGENT), name: ' Bot ' })).toEqual({});
});

test('numbers are numbers, nothing is null, and what is neither is left to the schema to refuse', () => {
  const values = {
    ...valuesOf(AGENT),
    timeout_ms: '2000',
    total_timeout_ms: '',
    debounce_window_ms: 'soon',
    while_answering: 'merge',
  };
  expect(changedFields(AGENT, values)).toEqual({
    timeout_ms: 2_000,
    total_timeout_ms: null,
    debounce_window_ms: 'soon',
    while_answering: 'merge',
  });
});

test('the form is held against the schema of the route, field by field', () => {
  const form = settingsSchema(AGENT);
  const before = valuesOf(AGENT);
  expect(form.parse({ ...before, timeout_ms: ' 2000 ' })).toEqual({ timeout_ms: 2_000 });
  const wrong = form.safeParse({ ...before, debounce_window_ms: 'soon', webhook_path: 'x' });
  expect(wrong.error?.issues.map(({ path }) => path.join('.')).sort()).toEqual([
    'debounce_window_ms',
    'webhook_path',
  ]);
});

test('a name that was emptied is said to be empty, not to be of a wrong type', () => {
  const wrong = settingsSchema(AGENT).safeParse({ ...valuesOf(AGENT), name: ' ' });
  expect(wrong.error?.issues.map(({ message }) => message)).toContain('must not be empty');
});
