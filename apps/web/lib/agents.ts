import 'server-only';
import * as z from 'zod';
import { type ClusterResult, clusterRequest } from './cluster-api.ts';

const agentSchema = z.object({
  id: z.string(),
  name: z.string(),
  origin_url: z.string(),
  webhook_path: z.string(),
  status: z.enum(['enabled', 'disabled']),
  message_history_mode: z.string(),
  message_history_limit: z.number(),
  timeout_ms: z.number(),
  debounce_window_ms: z.number(),
});

export type Agent = z.infer<typeof agentSchema>;

const agentsSchema = z.object({ agents: z.array(agentSchema), has_more: z.boolean() });

/** All agents, by name. */
export async function listAgents(status?: 'enabled'): Promise<ClusterResult<readonly Agent[]>> {
  const agents: Agent[] = [];
  for (;;) {
    const last = agents.at(-1);
    const query = new URLSearchParams({
      ...(status === undefined ? {} : { status }),
      ...(last === undefined ? {} : { after: last.id }),
    });
    const request = { path: `/api/agents?${query}`, as: { apiKey: true } } as const;
    const page = await clusterRequest(request, agentsSchema);
    if (!page.ok) return page;
    agents.push(...page.value.agents);
    if (!page.value.has_more || page.value.agents.length === 0) break;
  }
  return { ok: true, value: agents.sort((a, b) => a.name.localeCompare(b.name)) };
}

export interface NewAgent {
  readonly id: string;
  readonly name: string;
  readonly origin_url: string;
  readonly webhook_path: string;
}

const createdSchema = z.object({ agent: agentSchema.extend({ secret: z.string() }) });

/** Registers an agent; the answer holds its signing secret, which is never shown again. */
export async function registerAgent(
  agent: NewAgent,
): Promise<ClusterResult<{ readonly secret: string }>> {
  const request = {
    path: '/api/agents',
    method: 'POST',
    body: { agent },
    as: { apiKey: true },
  } as const;
  const result = await clusterRequest(request, createdSchema);
  return result.ok ? { ok: true, value: { secret: result.value.agent.secret } } : result;
}

const changedSchema = z.object({ agent: agentSchema });

export async function setAgentStatus(
  id: string,
  status: Agent['status'],
): Promise<ClusterResult<Agent>> {
  const path = `/api/agents/${encodeURIComponent(id)}`;
  const result = await clusterRequest(
    { path, method: 'PATCH', body: { agent: { status } }, as: { apiKey: true } },
    changedSchema,
  );
  return result.ok ? { ok: true, value: result.value.agent } : result;
}
