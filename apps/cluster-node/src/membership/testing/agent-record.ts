import { AGENT_DEFAULTS, settingsOf } from '@fleetlm/protocol/agent-fields';
import type { AgentRecord } from '../agent-record.ts';

/** A registration as an agent owner makes it who leaves every setting at its default, with `change` on top. */
export function agentRecord(change: Partial<AgentRecord> = {}): AgentRecord {
  return {
    id: 'bot',
    ...settingsOf({ ...AGENT_DEFAULTS, name: 'Bot', origin_url: 'http://agent.example' }),
    secret: 'sealed1:a:first',
    previousSecret: null,
    insertedAtMs: 1,
    updatedAtMs: 1,
    ...change,
  };
}
