import type { AgentRecord } from '../agent-record.ts';

/** A registration as an agent owner makes it who leaves every setting at its default, with `change` on top. */
export function agentRecord(change: Partial<AgentRecord> = {}): AgentRecord {
  return {
    id: 'bot',
    name: 'Bot',
    originUrl: 'http://agent.example',
    webhookPath: '/webhook',
    messageHistoryMode: 'tail',
    messageHistoryLimit: 50,
    timeoutMs: 30_000,
    connectTimeoutMs: 5_000,
    idleTimeoutMs: null,
    totalTimeoutMs: null,
    debounceWindowMs: 500,
    whileAnswering: 'queue',
    afterNodeLoss: 'retry',
    compactionWebhookUrl: null,
    compactionTokenBudget: null,
    compactionTriggerRatio: 0.7,
    headers: {},
    status: 'enabled',
    secret: 'sealed1:a:first',
    previousSecret: null,
    insertedAtMs: 1,
    updatedAtMs: 1,
    ...change,
  };
}
