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
