import {
  agentsQuerySchema,
  chatRequestSchema,
  rotateSecretSchema,
  runAgentInputSchema,
  updateAgentSchema,
  usageQuerySchema,
} from '@fleetlm/protocol';
import { lengthOf } from './edge-probes.ts';
import { atLeast, atMost, type Probe, type Probes } from './probe.ts';

const takes = (agent: Readonly<Record<string, unknown>>): boolean =>
  updateAgentSchema.safeParse({ agent }).success;
const number = (field: string): Probe => atMost((size) => takes({ [field]: size }));
const secret = (size: number): boolean =>
  takes({ secret: `whsec_${Buffer.alloc(size, 1).toString('base64')}` });

const MESSAGE = { id: 'm', role: 'user', parts: [{ type: 'text', text: 'x' }] };
const chat = (fields: Readonly<Record<string, unknown>>): boolean =>
  chatRequestSchema.safeParse({
    id: 'chat',
    messages: [MESSAGE],
    trigger: 'submit-message',
    ...fields,
  }).success;

const TIMEOUTS = ['timeout_ms', 'connect_timeout_ms', 'idle_timeout_ms', 'total_timeout_ms'];

export const REGISTRATION_PROBES: Probes = {
  'Chat: messages of a history; the newest is read': atMost((size) =>
    chat({ messages: new Array(size).fill(MESSAGE) }),
  ),
  'Chat: parts of the newest message': atMost((size) =>
    chat({ messages: [{ ...MESSAGE, parts: new Array(size).fill(MESSAGE.parts[0]) }] }),
  ),
  'Chat: `threadId` and `runId` of an AG-UI client': lengthOf(runAgentInputSchema.shape.runId),
  'Chat: `id` of a chat': atMost((size, { character }) => chat({ id: character.repeat(size) })),
  'Registration of agents: `name`': atMost((size, { character }) =>
    takes({ name: character.repeat(size) }),
  ),
  'Registration of agents: `origin_url` and `compaction_webhook_url`': atMost((size) => {
    const url = 'https://agent.example/'.padEnd(size, 'x');
    return ['origin_url', 'compaction_webhook_url'].every((field) => takes({ [field]: url }));
  }),
  'Registration of agents: `headers`': atMost((size) =>
    takes({ headers: Object.fromEntries(Array.from({ length: size }, (_, n) => [`x-${n}`, ''])) }),
  ),
  'Registration of agents: name of a header': atMost((size) =>
    takes({ headers: { ['x'.repeat(size)]: 'value' } }),
  ),
  'Registration of agents: value of a header': atMost((size) =>
    takes({ headers: { 'x-name': 'x'.repeat(size) } }),
  ),
  'Registration of agents: `description`': atMost((size, { character }) =>
    takes({ description: character.repeat(size) }),
  ),
  'Registration of agents: `suggested_prompts`': atMost((size) =>
    takes({ suggested_prompts: new Array(size).fill('Say hello') }),
  ),
  'Registration of agents: a suggested prompt': atMost((size, { character }) =>
    takes({ suggested_prompts: [character.repeat(size)] }),
  ),
  'Registration of agents: `model`': atMost((size, { character }) =>
    takes({ adapter_options: { model: character.repeat(size) } }),
  ),
  'Registration of agents: `api_key`': atMost((size) =>
    takes({ adapter_options: { api_key: 'k'.repeat(size) } }),
  ),
  'Registration of agents: `message_history_limit`': number('message_history_limit'),
  'Registration of agents: `timeout_ms` and `idle_timeout_ms`': atMost(
    (size) => takes({ timeout_ms: size }) && takes({ idle_timeout_ms: size }),
  ),
  'Registration of agents: every time-out, at least': atLeast((size) => {
    const taken = TIMEOUTS.filter((field) => takes({ [field]: size }));
    // None is more patient than another.
    if (taken.length % TIMEOUTS.length !== 0) throw new Error(`not alike at ${size}`);
    return taken.length > 0;
  }),
  'Registration of agents: `connect_timeout_ms`': number('connect_timeout_ms'),
  'Registration of agents: `total_timeout_ms`': number('total_timeout_ms'),
  'Registration of agents: `debounce_window_ms`': number('debounce_window_ms'),
  'Registration of agents: `compaction_token_budget`': number('compaction_token_budget'),
  'Registration of agents: `input_price`, `cached_input_price` and `output_price`': atMost((size) =>
    ['input_price', 'cached_input_price', 'output_price'].every((field) =>
      takes({ [field]: size }),
    ),
  ),
  'Registration of agents: `retention_age_days` and `retention_idle_days`': atMost((size) =>
    ['retention_age_days', 'retention_idle_days'].every((field) => takes({ [field]: size })),
  ),
  'Registration of agents: `daily_token_budget`': number('daily_token_budget'),
  'Registration of agents: `daily_cost_budget`': number('daily_cost_budget'),
  'Registration of agents: days of a question about usage': atMost((size) => {
    const to = new Date(Date.UTC(2026, 0, size)).toISOString().slice(0, 10);
    return usageQuerySchema.safeParse({ from: '2026-01-01', to }).success;
  }),
  'Registration of agents: `overlap_s` of a rotated secret': atMost(
    (size) => rotateSecretSchema.safeParse({ overlap_s: size }).success,
  ),
  'Registration of agents: `secret`': atMost(secret),
  'Registration of agents: `secret`, at least': atLeast(secret),
  'Registration of agents: `limit` of a page of agents; the page is cut at `PAGE_BYTES_MAX`, too':
    atMost((size) => agentsQuerySchema.safeParse({ limit: String(size) }).success),
};
