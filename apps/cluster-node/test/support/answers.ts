import type { Socket } from 'socket.io-client';
import type { TestCluster } from './cluster.ts';

export interface Ack {
  readonly ok: boolean;
  readonly seq?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly retryable: boolean };
  readonly stream?: {
    readonly epoch: number;
    readonly attempt: number;
    readonly next_index: number;
    readonly chunks: readonly WireChunk[];
  };
}

export interface WireChunk {
  readonly type: string;
  readonly delta?: string;
  readonly messageId?: string;
}

export interface WireMessage {
  readonly id: string;
  readonly seq: number;
  readonly kind: string;
  readonly sender_id: string;
  readonly content: {
    readonly text?: string;
    readonly parts?: readonly { readonly text?: string }[];
  };
  readonly metadata: { readonly epoch?: number; readonly termination?: string };
}

export function emit(socket: Socket, event: string, payload: unknown): Promise<Ack> {
  return socket.timeout(8000).emitWithAck(event, payload);
}

/** Registers an agent and opens a session with it. */
export async function openSession(
  cluster: TestCluster,
  userId: string,
  agent: { readonly id: string; readonly origin_url: string } & Readonly<Record<string, unknown>>,
): Promise<string> {
  const registered = await cluster.insist('n1', 'POST', '/api/agents', {
    body: { agent: { name: agent.id, debounce_window_ms: 0, ...agent } },
  });
  if (registered.status !== 201 && registered.status !== 409)
    throw new Error(`the agent was not registered: ${JSON.stringify(registered.body)}`);
  const { status, body } = await cluster.insist('n1', 'POST', '/api/sessions', {
    body: { user_id: userId, agent_id: agent.id },
  });
  if (status !== 201) throw new Error(`the session was not created: ${JSON.stringify(body)}`);
  const { session } = body as unknown as { session: { id: string } };
  return session.id;
}

export async function messagesOf(
  cluster: TestCluster,
  sessionId: string,
  through: string,
): Promise<readonly WireMessage[]> {
  const path = `/api/sessions/${sessionId}/messages?after_seq=0&limit=500`;
  const { status, body } = await cluster.insist(through, 'GET', path);
  if (status !== 200) throw new Error(`no messages: ${status}`);
  return body.messages as unknown as readonly WireMessage[];
}

export function textOf({ content }: WireMessage): string {
  return content.text ?? (content.parts ?? []).map(({ text }) => text ?? '').join('');
}

export function textOfChunks(chunks: readonly WireChunk[]): string {
  return chunks.map(({ delta }) => delta ?? '').join('');
}

/** The node that leads the session's group, by what `through` knows. */
export async function leaderOf(
  cluster: TestCluster,
  sessionId: string,
  through: string,
): Promise<string> {
  const group = Number.parseInt(sessionId.slice(0, 2), 16);
  const { body } = await cluster.call(through, 'GET', `/api/admin/groups/${group}`);
  const { leader } = (body as unknown as { group: { leader: string | null } }).group;
  if (leader === null) throw new Error(`group ${group} has no leader`);
  return leader;
}
