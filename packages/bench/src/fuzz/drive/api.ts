import * as z from 'zod';
import { pause } from '../../torture/rig/wait-until.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly value: unknown;
}

const CALL_LIMIT_MS = 10_000;
const AGAIN_MS = 250;

const sessionShape = z.object({ session: z.object({ id: z.string() }) });
const messageShape = z.object({ message: z.object({ seq: z.number(), id: z.string() }) });
export const pageShape = z.object({
  messages: z.array(
    z.object({
      seq: z.number(),
      sender_id: z.string(),
      kind: z.string(),
      metadata: z.record(z.string(), z.unknown()),
    }),
  ),
  has_more: z.boolean(),
});
export type Page = z.output<typeof pageShape>;

/** REST with the API key, through whichever node answers: for what the campaign itself needs. */
export class Api {
  readonly #urls: readonly string[];
  readonly #apiKey: string;
  #next = 0;

  constructor(urls: readonly string[], apiKey: string) {
    this.#urls = urls;
    this.#apiKey = apiKey;
  }

  /** One attempt at the next node; null when there was no answer. */
  async call(method: string, path: string, body?: unknown): Promise<ApiAnswer | null> {
    const url = this.#urls[this.#next++ % this.#urls.length] ?? '';
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#apiKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(CALL_LIMIT_MS),
      });
      const text = await response.text();
      return { status: response.status, value: text === '' ? null : JSON.parse(text) };
    } catch {
      return null;
    }
  }

  /** Again while the answer is 5xx, 429 or missing. Throws with the last answer when the limit is over. */
  async insist(method: string, path: string, body: unknown, limitMs: number): Promise<ApiAnswer> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const answer = await this.call(method, path, body);
      if (answer !== null && answer.status < 500 && answer.status !== 429) return answer;
      if (performance.now() > deadline)
        throw new Error(
          `${method} ${path}: ${answer === null ? 'no answer' : `${answer.status} ${JSON.stringify(answer.value)}`}`,
        );
      await pause(AGAIN_MS);
    }
  }

  async createSession(userId: string, agentId: string, limitMs: number): Promise<string> {
    const body = { user_id: userId, agent_id: agentId };
    const answer = await this.insist('POST', '/api/sessions', body, limitMs);
    return parsedAnswer(sessionShape, answer, 'POST /api/sessions').session.id;
  }

  async append(
    sessionId: string,
    userId: string,
    clientMessageId: string,
    limitMs: number,
  ): Promise<number> {
    const body = {
      user_id: userId,
      client_message_id: clientMessageId,
      content: { text: clientMessageId },
    };
    const path = `/api/sessions/${sessionId}/messages`;
    const answer = await this.insist('POST', path, body, limitMs);
    return parsedAnswer(messageShape, answer, `POST ${path}`).message.seq;
  }

  /** The newest messages of a session. */
  async tail(sessionId: string, limitMs: number): Promise<Page> {
    const path = `/api/sessions/${sessionId}/messages?before_seq=2147483647&limit=10`;
    return parsedAnswer(
      pageShape,
      await this.insist('GET', path, undefined, limitMs),
      `GET ${path}`,
    );
  }
}

/** Throws with the whole answer when it has another shape: a refusal, most likely. */
function parsedAnswer<Shape extends z.ZodType>(
  shape: Shape,
  { status, value }: ApiAnswer,
  call: string,
): z.output<Shape> {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${call}: ${status} ${JSON.stringify(value)}`);
}
