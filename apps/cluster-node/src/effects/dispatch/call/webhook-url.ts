import type { AgentRecord } from '../../ports.ts';

/** Where an agent is called: `origin_url + webhook_path`, with one slash between them. A path in `origin_url` stays. */
export function webhookUrl(agent: Pick<AgentRecord, 'originUrl' | 'webhookPath'>): URL {
  let end = agent.originUrl.length;
  while (agent.originUrl.endsWith('/', end)) end -= 1;
  return new URL(agent.originUrl.slice(0, end) + agent.webhookPath);
}
