import { isObject, stringField } from '@fleetlm/protocol/ui-stream';
import type { TokenProvider } from '../connection/token-source.ts';
import { isMessage } from '../wire.ts';
import type { ReadBefore } from './session-store.ts';

const NODE_TIMEOUT_MS = 5_000;

/**
 * Reads older pages from the cluster's REST: the `readBefore` of a client whose pages come from the nodes
 * themselves. Asks one node after the other; rejects with the last one's error, or at once with a refusal that
 * all would give.
 */
export function readOverRest(options: {
  readonly nodes: readonly string[];
  readonly token: TokenProvider;
}): ReadBefore {
  return async (sessionId, beforeSeq, limit) => {
    const token = await options.token();
    if (token === null) throw new Error('No user is signed in.');
    const path = `/api/sessions/${sessionId}/messages?before_seq=${beforeSeq}&limit=${limit}`;
    let last: unknown = new Error('There is no node to ask.');
    for (const node of options.nodes) {
      try {
        const answer = await ask(new URL(path, node), token);
        if (answer.type === 'messages') return answer.messages;
        last = new Error(answer.detail);
        if (!answer.retryable) break;
      } catch (error) {
        last = error;
      }
    }
    throw last;
  };
}

type Answer =
  | { readonly type: 'messages'; readonly messages: Awaited<ReturnType<ReadBefore>> }
  | { readonly type: 'refused'; readonly detail: string; readonly retryable: boolean };

async function ask(url: URL, token: string): Promise<Answer> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(NODE_TIMEOUT_MS),
  });
  const body: unknown = await response.json();
  const messages = isObject(body) ? body.messages : null;
  if (response.ok && Array.isArray(messages) && messages.every(isMessage))
    return { type: 'messages', messages };
  const problem = isObject(body) ? body : {};
  return {
    type: 'refused',
    detail: stringField(problem, 'detail') ?? `The node answered with status ${response.status}.`,
    retryable: problem.retryable === true,
  };
}
