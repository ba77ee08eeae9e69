/** A schema of zod, whole or mini. */
interface Schema<T> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false };
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: object;
}

/** The web app refused, or failed; the message is a sentence for people. */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.name = 'RequestError';
    this.status = status;
  }
}

/**
 * Sends one request from the browser to this app's own server and parses the answer.
 * Rejects with a sentence for people: with a RequestError where the server answered with an error.
 */
export async function request<T>(
  path: string,
  schema: Schema<T>,
  { method = 'GET', body }: RequestOptions = {},
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      cache: 'no-store',
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new Error('The web app is unreachable.', { cause });
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new RequestError(response.status, detailOf(answer, response.status));
  const parsed = schema.safeParse(answer);
  if (!parsed.success)
    throw new Error('The web app sent a response that this page does not understand.');
  return parsed.data;
}

/** The words of a problem document. */
function detailOf(answer: unknown, status: number): string {
  return typeof answer === 'object' && answer !== null && 'detail' in answer
    ? String(answer.detail)
    : `The web app answered ${status}.`;
}
