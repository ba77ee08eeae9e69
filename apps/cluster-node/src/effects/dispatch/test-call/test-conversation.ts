import { formatSessionId } from '@fleetlm/protocol';
import type { AgentRecord, Message } from '../../ports.ts';
import { callBody } from '../call/adapters/agent-adapters.ts';
import { type HistorySettings, threadHistory } from '../history/thread-history.ts';

export const TEST_USER_ID = 'fleetlm-test';
const ENCODER = new TextEncoder();

/** A message of a conversation that no cluster has. */
export type TestTurn =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly parts: readonly { readonly type: string }[] };

export interface TestConversation {
  readonly agent: Pick<AgentRecord, 'id' | 'adapter' | 'model'> & HistorySettings;
  /** Null: it begins. */
  readonly sessionId: string | null;
  /** The messages before. */
  readonly earlier: readonly TestTurn[];
  /** What the user says now. */
  readonly text: string;
}

/**
 * What the agent would be sent of a conversation of a user who does not exist, by its own mode of history; every message
 * says that it is a test.
 */
export async function testBody(
  { agent, sessionId, earlier, text }: TestConversation,
  ports: {
    readonly newSessionUlid: () => string;
    readonly newMessageId: () => string;
    readonly wallClockMs: () => number;
  },
): Promise<{ readonly sessionId: string; readonly epoch: number; readonly body: string }> {
  const id = sessionId ?? formatSessionId(0, ports.newSessionUlid());
  const insertedAtMs = ports.wallClockMs();
  const turns: readonly TestTurn[] = [...earlier, { role: 'user', text }];
  const log = turns.map((turn, at): Message => {
    const message = { id: ports.newMessageId(), sessionId: id, seq: at + 1, insertedAtMs };
    switch (turn.role) {
      case 'user':
        return {
          ...message,
          sender: { type: 'user', id: TEST_USER_ID },
          kind: 'text',
          payload: payload({ text: turn.text }),
        };
      case 'assistant':
        return {
          ...message,
          sender: { type: 'agent', id: agent.id },
          kind: 'assistant',
          payload: payload({ id: message.id, role: turn.role, parts: turn.parts }),
        };
      default:
        return turn satisfies never;
    }
  });
  const readBefore = (beforeSeq: number, limit: number): readonly Message[] =>
    log.slice(0, beforeSeq - 1).slice(-limit);
  const history = await threadHistory(log.length, agent, readBefore);
  const epoch = turns.filter(({ role }) => role === 'user').length;
  const session = { id, agentId: agent.id, userId: TEST_USER_ID };
  const body = callBody(agent, { session, work: { epoch, attempt: 1 }, history });
  return { sessionId: id, epoch, body };
}

function payload(content: object): Uint8Array {
  return ENCODER.encode(JSON.stringify({ content, metadata: { test: true } }));
}
