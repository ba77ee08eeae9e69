/** What the browser asks of this app's own server. Each rejects with a sentence for people. */

export interface AgentChoice {
  readonly id: string;
  readonly name: string;
}

/** The agents that a conversation can be started with. */
export async function fetchAgents(): Promise<readonly AgentChoice[]> {
  const body = await request('/api/agents', { method: 'GET' });
  const agents: unknown =
    typeof body === 'object' && body !== null && 'agents' in body ? body.agents : null;
  return Array.isArray(agents) ? agents.filter(isAgentChoice) : [];
}

/** Starts a conversation with an agent; resolves with its id. */
export async function startConversation(agentId: string): Promise<string> {
  const body = await request('/api/sessions', {
    method: 'POST',
    body: JSON.stringify({ agent_id: agentId }),
  });
  if (typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string')
    return body.id;
  throw new Error('The conversation could not be started: the answer is not understood.');
}

async function request(path: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { 'content-type': 'application/json' } });
  } catch (cause) {
    throw new Error('The web app can’t be reached now.', { cause });
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  const detail =
    typeof body === 'object' && body !== null && 'detail' in body
      ? String(body.detail)
      : `status ${response.status}`;
  throw new Error(detail);
}

function isAgentChoice(value: unknown): value is AgentChoice {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    'name' in value &&
    typeof value.id === 'string' &&
    typeof value.name === 'string'
  );
}

/** An empty title takes the name away. */
export async function renameConversation(sessionId: string, title: string): Promise<void> {
  await changeConversation(sessionId, { title });
}

/** Archives, or brings back. */
export async function archiveConversation(sessionId: string, isArchived: boolean): Promise<void> {
  await changeConversation(sessionId, { status: isArchived ? 'archived' : 'active' });
}

/** For good, everywhere. */
export async function eraseConversation(sessionId: string): Promise<void> {
  await request(`/api/sessions/${encodeURIComponent(sessionId)}`, { method: 'DELETE' });
}

async function changeConversation(
  sessionId: string,
  change: { readonly title: string } | { readonly status: 'active' | 'archived' },
): Promise<void> {
  const path = `/api/sessions/${encodeURIComponent(sessionId)}`;
  await request(path, { method: 'PATCH', body: JSON.stringify(change) });
}

export interface FoundMessage {
  readonly session_id: string;
  readonly agent_id: string;
  readonly title: string | null;
  readonly seq: number;
  readonly sender_id: string;
  readonly kind: string;
  readonly excerpt: string;
  readonly inserted_at: string;
}

/** Messages that hold a text, newest first. */
export async function searchConversations(text: string): Promise<readonly FoundMessage[]> {
  const body = await request(`/api/search?q=${encodeURIComponent(text)}`, { method: 'GET' });
  const results: unknown =
    typeof body === 'object' && body !== null && 'results' in body ? body.results : null;
  return Array.isArray(results) ? results.filter(isFoundMessage) : [];
}

function isFoundMessage(value: unknown): value is FoundMessage {
  return (
    typeof value === 'object' &&
    value !== null &&
    'session_id' in value &&
    'seq' in value &&
    'excerpt' in value &&
    'sender_id' in value &&
    'kind' in value &&
    'inserted_at' in value &&
    typeof value.session_id === 'string' &&
    typeof value.seq === 'number' &&
    typeof value.excerpt === 'string'
  );
}
