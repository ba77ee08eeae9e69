/** Bytes of an answer that FleetLM reads at most. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024;
/** The whole answer may take this many times what its first byte may. */
const TOTAL_LIMIT_FACTOR = 10;

export interface EndpointCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** To the first byte, and of silence after it. */
  readonly timeoutMs: number;
  /** Close the connection after the first bytes, as when a user presses stop. */
  readonly hangUp?: boolean;
}

/** What came of a call. */
export type EndpointReply =
  | { readonly type: 'unreachable'; readonly detail: string }
  | {
      readonly type: 'response';
      readonly status: number;
      readonly headers: Headers;
      /** As far as it came. */
      readonly text: string;
      /** Pieces that it came in. */
      readonly pieces: number;
      readonly firstByteMs: number | null;
      readonly totalMs: number;
      /** Why it ended before its end, or null. */
      readonly broke: string | null;
    };

/** Makes one call with the limits that FleetLM has. Never rejects. */
export async function callEndpoint(call: EndpointCall): Promise<EndpointReply> {
  const limits = new Limits(call.timeoutMs);
  try {
    const startedAt = performance.now();
    const response = await fetch(call.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream, application/x-ndjson',
        'user-agent': 'FleetLM/1 (doctor)',
        ...call.headers,
      },
      body: call.body,
      redirect: 'manual',
      signal: limits.signal,
    });
    return await readReply(call, response, limits, startedAt);
  } catch (error) {
    return { type: 'unreachable', detail: limits.reason ?? reasonOf(error) };
  } finally {
    limits.clear();
  }
}

async function readReply(
  call: EndpointCall,
  response: Response,
  limits: Limits,
  startedAt: number,
): Promise<EndpointReply> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reply = {
    type: 'response' as const,
    status: response.status,
    headers: response.headers,
    text: '',
    pieces: 0,
    firstByteMs: null as number | null,
    totalMs: 0,
    broke: null as string | null,
  };
  let bytes = 0;
  try {
    for await (const piece of response.body ?? []) {
      limits.received();
      reply.firstByteMs ??= performance.now() - startedAt;
      reply.pieces += 1;
      bytes += piece.length;
      if (bytes > ANSWER_BYTES_MAX) {
        reply.broke = `it is larger than ${ANSWER_BYTES_MAX / 1024 / 1024} MiB`;
        break;
      }
      reply.text += decoder.decode(piece, { stream: true });
      if (call.hangUp === true) break;
    }
    if (call.hangUp !== true) reply.text += decoder.decode();
  } catch (error) {
    reply.broke = limits.reason ?? reasonOf(error);
  }
  reply.totalMs = performance.now() - startedAt;
  return reply;
}

/** The time limits of a call, and which one was reached. */
class Limits {
  readonly #abort = new AbortController();
  readonly #timeoutMs: number;
  readonly #total: NodeJS.Timeout;
  #silence: NodeJS.Timeout;
  #reason: string | null = null;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#silence = this.#arm(timeoutMs, `no first byte within ${timeoutMs} ms`);
    const totalMs = timeoutMs * TOTAL_LIMIT_FACTOR;
    this.#total = this.#arm(totalMs, `the whole answer was not there within ${totalMs} ms`);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get reason(): string | null {
    return this.#reason;
  }

  received(): void {
    clearTimeout(this.#silence);
    this.#silence = this.#arm(this.#timeoutMs, `silence of ${this.#timeoutMs} ms in the answer`);
  }

  clear(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
  }

  #arm(afterMs: number, reason: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.#reason ??= reason;
      this.#abort.abort();
    }, afterMs);
  }
}

/** `fetch` hides what happened behind "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
