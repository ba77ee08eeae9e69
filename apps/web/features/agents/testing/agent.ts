import type { AgentBody } from '@fleetlm/protocol';

/** A registered agent for tests. */
export const AGENT: AgentBody = {
  id: 'bot',
  name: 'Bot',
  description: null,
  suggested_prompts: [],
  origin_url: 'https://bot.example',
  webhook_path: '/webhook',
  protocol: 'ai-sdk',
  model: null,
  message_history_mode: 'tail',
  message_history_limit: 50,
  timeout_ms: 30_000,
  connect_timeout_ms: 5_000,
  idle_timeout_ms: null,
  total_timeout_ms: null,
  debounce_window_ms: 500,
  while_answering: 'queue',
  after_node_loss: 'retry',
  compaction_webhook_url: null,
  compaction_token_budget: null,
  compaction_trigger_ratio: 0.7,
  headers: {},
  status: 'enabled',
  inserted_at: '2026-11-23T12:00:00.000Z',
  updated_at: '2026-11-23T12:00:00.000Z',
};
