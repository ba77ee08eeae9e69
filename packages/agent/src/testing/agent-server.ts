import { createServer, type RequestListener, type Server } from 'node:http';

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export interface TestServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A real server on a free port of 127.0.0.1. */
export async function serve(listener: RequestListener): Promise<TestServer> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A call as FleetLM makes one: `texts` are the user's and the agent's in turn, the user's last. */
export function callBody(...texts: readonly string[]): string {
  const messages = texts.map((text, at) => {
    const fromPerson = (texts.length - at) % 2 === 1;
    const id = `01970000-0000-7000-8000-${String(at).padStart(12, '0')}`;
    return {
      id,
      role: fromPerson ? 'user' : 'assistant',
      parts: [{ type: 'text', text }],
      seq: at + 1,
      sender_id: fromPerson ? 'alice' : 'echo',
      kind: fromPerson ? 'text' : 'assistant',
      content: { text },
      metadata: {},
      inserted_at: '2026-11-23T12:00:00.000Z',
    };
  });
  return JSON.stringify({
    id: SESSION_ID,
    session_id: SESSION_ID,
    agent_id: 'echo',
    user_id: 'alice',
    trigger: 'submit-message',
    epoch: 1,
    attempt: 1,
    messages,
  });
}

export const SESSION_ID = '7f-01J00000000000000000000000';
