import 'server-only';
/** One HTTP request to any of the cluster's nodes. */
export interface NodeRequest {
  readonly path: string;
  readonly method: string;
  readonly bearer: string;
  readonly body?: unknown;
  /** It may be sent again, though its method is not GET. */
  readonly changesNothing?: boolean;
  /** What it creates is created once, so it may be sent again. */
  readonly idempotencyKey?: string;
  /** As a rule five seconds. */
  readonly timeoutMs?: number;
}

export type NodeAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Null: it is no JSON. */
      readonly body: unknown;
      readonly text: string;
    }
  | { readonly kind: 'unreachable' };

const TIMEOUT_MS = 5_000;

/** The cluster's nodes, as one thing to ask. */
export class NodePool {
  #nodeUrls: readonly string[];
  /** The node that answered last is asked first. */
  #preferred = 0;

  constructor(nodeUrls: readonly string[]) {
    this.#nodeUrls = nodeUrls;
  }

  /**
   * Asks one node after the other until one answers. What may have been carried out is not sent again: after
   * the request has left, only reading, and creating under a key, is tried elsewhere.
   */
  async request(request: NodeRequest): Promise<NodeAnswer> {
    const isRepeatable =
      request.method === 'GET' ||
      request.changesNothing === true ||
      request.idempotencyKey !== undefined;
    let last: NodeAnswer = { kind: 'unreachable' };
    const first = this.#preferred;
    for (let tries = 0; tries < this.#nodeUrls.length; tries += 1) {
      const at = (first + tries) % this.#nodeUrls.length;
      const outcome = await tryNode(this.#nodeUrls[at] ?? '', request);
      if (outcome.kind === 'answered') {
        last = outcome;
        if (outcome.status !== 503) {
          this.#preferred = at;
          return outcome;
        }
      }
      // Of several requests that failed at the same node one moves on; the next one must not wait for a node that hangs.
      if (this.#preferred === at) this.#preferred = (at + 1) % this.#nodeUrls.length;
      if (outcome.kind === 'failed' && !outcome.isRefused && !isRepeatable)
        return { kind: 'unreachable' };
    }
    return last;
  }
}

type Try =
  | Extract<NodeAnswer, { kind: 'answered' }>
  | { readonly kind: 'failed'; readonly isRefused: boolean };

async function tryNode(url: string, request: NodeRequest): Promise<Try> {
  try {
    const response = await fetch(url + request.path, {
      method: request.method,
      headers: {
        authorization: `Bearer ${request.bearer}`,
        'content-type': 'application/json',
        ...(request.idempotencyKey === undefined
          ? {}
          : { 'idempotency-key': request.idempotencyKey }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal: AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS),
      cache: 'no-store',
      redirect: 'error',
    });
    const text = await response.text();
    return { kind: 'answered', status: response.status, body: parseJson(text), text };
  } catch (error) {
    return { kind: 'failed', isRefused: isRefused(error) };
  }
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Nothing listens there: the request was certainly not carried out. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return (
    typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ECONNREFUSED'
  );
}
