import * as z from 'zod/mini';
import { request } from '@/common/request.ts';
import type { AgentChoice } from './agents-found.ts';

const agentChoicesSchema: z.ZodMiniType<{ readonly agents: readonly AgentChoice[] }> = z.object({
  agents: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      description: z.nullable(z.string()),
      suggested_prompts: z.array(z.string()),
    }),
  ),
});

/** The agents that a conversation can be started with. */
export async function fetchAgents(): Promise<readonly AgentChoice[]> {
  return (await request('/api/agents', agentChoicesSchema)).agents;
}

const startedSchema = z.object({ id: z.string() });

/** Starts a conversation with an agent; resolves with its id, which is the same for the same key. An empty title is none. */
export async function startConversation(
  agentId: string,
  key: string,
  title: string,
): Promise<string> {
  const body = { agent_id: agentId, key, ...(title === '' ? {} : { title }) };
  return (await request('/api/sessions', startedSchema, { method: 'POST', body })).id;
}
