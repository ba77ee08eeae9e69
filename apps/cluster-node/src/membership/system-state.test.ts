import { expect, test } from 'vitest';
import { AgentSecrets } from '../runtime/agent-secrets.ts';
import { SecretBox } from '../runtime/secret-box.ts';
import type { AgentRecord } from './agent-record.ts';
import { AGENTS_BYTES_MAX, AgentRegistry, registrationBytes } from './agent-registry.ts';
import {
  decodeSystemCommand,
  decodeSystemState,
  encodeSystemCommand,
  encodeSystemState,
} from './system-codec.ts';
import {
  applySystemCommand,
  emptySystemState,
  type SystemCommand,
  type SystemState,
} from './system-state.ts';
import { agentRecord } from './testing/agent-record.ts';

const AGENT = agentRecord();

function stateWith(...commands: readonly SystemCommand[]): SystemState {
  const state = emptySystemState();
  applySystemCommand(state, { type: 'create-agent', agent: AGENT });
  for (const command of commands) applySystemCommand(state, command);
  return state;
}

const rotate = (secret: string, previousUntilMs: number | null, timeMs = 5): SystemCommand => ({
  type: 'rotate-secret',
  agentId: 'bot',
  secret,
  previousUntilMs,
  timeMs,
});
const agentOf = (state: SystemState): AgentRecord | undefined => state.agents.get('bot');

test('a new secret is in force at once, the one before it until then', () => {
  expect(agentOf(stateWith(rotate('second', 100)))).toMatchObject({
    secret: 'second',
    previousSecret: { secret: 'sealed1:a:first', untilMs: 100 },
    updatedAtMs: 5,
  });
  expect(agentOf(stateWith(rotate('second', null)))?.previousSecret).toBeNull();
  expect(agentOf(stateWith(rotate('second', 100), rotate('third', 200)))).toMatchObject({
    secret: 'third',
    previousSecret: { secret: 'second', untilMs: 200 },
  });
});

test('the same rotation again, by a retry of the router, changes nothing', () => {
  const once = stateWith(rotate('second', 100));
  expect(agentOf(stateWith(rotate('second', 100), rotate('second', 100)))).toEqual(agentOf(once));
});

test('a secret that is given replaces both', () => {
  const patch: SystemCommand = {
    type: 'patch-agent',
    agentId: 'bot',
    patch: { secret: 'given' },
    timeMs: 9,
  };
  expect(agentOf(stateWith(rotate('second', 100), patch))).toMatchObject({
    secret: 'given',
    previousSecret: null,
  });
  const name: SystemCommand = { ...patch, patch: { name: 'Other' } };
  expect(agentOf(stateWith(rotate('second', 100), name))?.previousSecret?.untilMs).toBe(100);
});

test('a snapshot keeps both secrets; one without a field is refused by the name of the field', () => {
  const state = stateWith(rotate('second', 100));
  expect(decodeSystemState(encodeSystemState(state))).toEqual(state);
  const without = new TextDecoder()
    .decode(encodeSystemState(stateWith()))
    .replace('"previousSecret":null,', '');
  expect(() => decodeSystemState(new TextEncoder().encode(without))).toThrow('previousSecret');
});

test('calls are signed with both while both are in force, and nothing of them is in the log', () => {
  let nowMs = 50;
  const secrets = new AgentSecrets(new SecretBox(['a passphrase']), () => nowMs);
  const first = secrets.seal('bot', 'whsec_one');
  const command = rotate(secrets.seal('bot', 'whsec_two'), 100);
  const state = stateWith();
  state.agents.set('bot', { ...AGENT, secret: first });
  applySystemCommand(state, command);
  const agent = agentOf(state) ?? AGENT;
  expect(secrets.signing(agent)).toEqual(['whsec_two', 'whsec_one']);
  nowMs = 100;
  expect(secrets.signing(agent)).toEqual(['whsec_two']);
  const bytes = [encodeSystemCommand(command), encodeSystemState(state)];
  for (const data of bytes) expect(new TextDecoder().decode(data)).not.toContain('whsec_');
  const stranger = new AgentSecrets(new SecretBox(['another passphrase']), () => nowMs);
  expect(stranger.signing(agent)).toBeNull();
});

test('a full registry refuses what makes it larger, and still takes a smaller one and a new secret', () => {
  const state = stateWith();
  const full = AGENTS_BYTES_MAX - state.agents.bytes - registrationBytes({ ...AGENT, name: '' });
  const large = { ...AGENT, id: 'big', name: 'x'.repeat(full) };
  const refused = { type: 'refused', code: 'agents-too-large' };
  expect(applySystemCommand(state, { type: 'create-agent', agent: large }).type).toBe('agent');
  expect(state.agents.bytes).toBe(AGENTS_BYTES_MAX);

  const other = { ...AGENT, id: 'other' };
  expect(applySystemCommand(state, { type: 'create-agent', agent: other })).toEqual(refused);
  const rename = (name: string): SystemCommand => ({
    type: 'patch-agent',
    agentId: 'bot',
    patch: { name },
    timeMs: 5,
  });
  expect(applySystemCommand(state, rename('A longer name'))).toEqual(refused);
  expect(applySystemCommand(state, rename('B')).type).toBe('agent');
  expect(applySystemCommand(state, rotate('second'.repeat(20), 100)).type).toBe('agent');
  expect(AgentRegistry.of(state.agents.values()).bytes).toBe(state.agents.bytes);
});

test('a registration of an earlier build has the settings that were added since, at their defaults', () => {
  const {
    adapter: _protocol,
    model: _model,
    messageHistoryParts: _messageHistoryParts,
    retentionAgeDays: _retentionAgeDays,
    retentionIdleDays: _retentionIdleDays,
    currency: _currency,
    inputPrice: _inputPrice,
    cachedInputPrice: _cachedInputPrice,
    outputPrice: _outputPrice,
    dailyTokenBudget: _dailyTokenBudget,
    dailyCostBudget: _dailyCostBudget,
    ...earlier
  } = AGENT;
  const bytes = encodeSystemState(stateWith());
  const [version, snapshot] = JSON.parse(new TextDecoder().decode(bytes));
  const old = new TextEncoder().encode(
    JSON.stringify([version, { ...snapshot, agents: [earlier] }]),
  );
  expect(agentOf(decodeSystemState(old))).toEqual(AGENT);
});

test('a change of other settings leaves the protocol and the model as they are', () => {
  const patch = (change: object): SystemCommand => ({
    type: 'patch-agent',
    agentId: 'bot',
    patch: change,
    timeMs: 9,
  });
  const chosen = patch({ adapter: 'openai-chat', model: 'llama3.2' });
  expect(agentOf(stateWith(chosen, patch({ name: 'Ava' })))).toMatchObject({
    name: 'Ava',
    adapter: 'openai-chat',
    model: 'llama3.2',
  });
  expect(agentOf(stateWith(chosen, patch({ model: null })))?.model).toBeNull();
});

test('a deleted agent is gone, with its room, and its id can be registered again', () => {
  const state = stateWith();
  const remove: SystemCommand = { type: 'delete-agent', agentId: 'bot' };
  expect(applySystemCommand(state, remove)).toEqual({ type: 'agent', agent: AGENT });
  expect(state.agents.size).toBe(0);
  expect(state.agents.bytes).toBe(0);
  expect(applySystemCommand(state, remove)).toEqual({ type: 'refused', code: 'agent-not-found' });
  const again = agentRecord({ name: 'Other', insertedAtMs: 9 });
  expect(applySystemCommand(state, { type: 'create-agent', agent: again })).toMatchObject({
    type: 'agent',
  });
  expect(decodeSystemCommand(encodeSystemCommand(remove))).toEqual({ ok: true, command: remove });
});

test('a registration of an earlier build has no description and no prompts', () => {
  const text = new TextDecoder().decode(encodeSystemState(stateWith()));
  const earlier = text.replace('"description":null,"suggestedPrompts":[],', '');
  expect(earlier).not.toBe(text);
  const { agents } = decodeSystemState(new TextEncoder().encode(earlier));
  expect(agents.get('bot')).toMatchObject({ description: null, suggestedPrompts: [] });
});
