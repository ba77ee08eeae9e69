import pino from 'pino';
import { expect, test } from 'vitest';
import { type AgentRecord, LATER_AGENT_SETTINGS } from '../membership/agent-record.ts';
import type { AgentPatch } from '../runtime/runtime-api.ts';
import { sealOldSecrets } from './seal-old-secrets.ts';

const agent = (id: string, secret: string): AgentRecord => ({
  id,
  name: id,
  originUrl: 'http://agent.example',
  webhookPath: '/webhook',
  messageHistoryMode: 'tail',
  messageHistoryLimit: 50,
  timeoutMs: 30_000,
  ...LATER_AGENT_SETTINGS,
  debounceWindowMs: 500,
  headers: {},
  status: 'enabled',
  secret,
  insertedAtMs: 1,
  updatedAtMs: 1,
});

test('registrations of before are sealed, the others left alone, and a refusal stops nothing', async () => {
  const patched: [string, AgentPatch][] = [];
  const agents = [agent('old', 'whsec_a'), agent('new', 'sealed1:k:x'), agent('older', 'whsec_b')];
  await sealOldSecrets(
    agents,
    async (id, patch) => {
      patched.push([id, patch]);
      if (id === 'old') return { ok: false, error: { code: 'no_quorum', detail: 'not now' } };
      return { ok: true, value: agent(id, 'sealed1:k:y') };
    },
    pino({ level: 'silent' }),
  );
  expect(patched).toEqual([
    ['old', { secret: 'whsec_a' }],
    ['older', { secret: 'whsec_b' }],
  ]);
});
