import type { SearchAnswer } from '@fleetlm/protocol';
import * as z from 'zod/mini';
import { request } from '@/common/request.ts';

/** An empty title takes the name away. */
export async function renameConversation(sessionId: string, title: string): Promise<void> {
  await request(pathOf(sessionId), z.unknown(), { method: 'PATCH', body: { title } });
}

/** Called by its first message, unless it has a name by now. */
export async function nameByFirstMessage(sessionId: string, title: string): Promise<void> {
  const body = { first_title: title };
  await request(pathOf(sessionId), z.unknown(), { method: 'PATCH', body });
}

/** Above the others, on every device, or among them again. */
export async function pinConversation(sessionId: string, pinned: boolean): Promise<void> {
  await request(pathOf(sessionId), z.unknown(), { method: 'PATCH', body: { pinned } });
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
