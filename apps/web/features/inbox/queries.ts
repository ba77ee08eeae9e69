import type { SearchAnswer } from '@fleetlm/protocol';
import * as z from 'zod/mini';
import { request } from '@/common/request.ts';

const agentChoiceSchema = z.object({ id: z.string(), name: z.string() });
export type AgentChoice = z.output<typeof agentChoiceSchema>;
const agentChoicesSchema = z.object({ agents: z.array(agentChoiceSchema) });

/** The agents that a conversation can be started with. */
export async function fetchAgents(): Promise<readonly AgentChoice[]> {
  return (await request('/api/agents', agentChoicesSchema)).agents;
}

const startedSchema = z.object({ id: z.string() });

/** Starts a conversation with an agent; resolves with its id, which is the same for the same key. */
export async function startConversation(agentId: string, key: string): Promise<string> {
  const body = { agent_id: agentId, key };
  return (await request('/api/sessions', startedSchema, { method: 'POST', body })).id;
}

/** An empty title takes the name away. */
export async function renameConversation(sessionId: string, title: string): Promise<void> {
  await request(pathOf(sessionId), z.unknown(), { method: 'PATCH', body: { title } });
}

/** Archives, or brings back. */
export async function archiveConversation(sessionId: string, isArchived: boolean): Promise<void> {
  const body = { status: isArchived ? 'archived' : 'active' };
  await request(pathOf(sessionId), z.unknown(), { method: 'PATCH', body });
}

/** For good, everywhere. */
export async function eraseConversation(sessionId: string): Promise<void> {
  await request(pathOf(sessionId), z.unknown(), { method: 'DELETE' });
}

function pathOf(sessionId: string): string {
  return `/api/sessions/${encodeURIComponent(sessionId)}`;
}

const foundSchema: z.ZodMiniType<SearchAnswer> = z.object({
  results: z.array(
    z.object({
      session_id: z.string(),
      agent_id: z.string(),
      title: z.nullable(z.string()),
      seq: z.number(),
      sender_id: z.string(),
      kind: z.string(),
      excerpt: z.string(),
      inserted_at: z.string(),
    }),
  ),
});
export type FoundMessage = SearchAnswer['results'][number];

/** Messages that hold a text, newest first. */
export async function searchConversations(text: string): Promise<readonly FoundMessage[]> {
  return (await request(`/api/search?q=${encodeURIComponent(text)}`, foundSchema)).results;
}
