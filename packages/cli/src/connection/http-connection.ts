import { problemSchema } from '@fleetlm/protocol';
import { BodyTooLargeError, ERROR_CODES, readBoundedStream } from '@fleetlm/protocol/plain';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { ANSWER_BYTES_MAX, CALL_TIMEOUT_MS } from '../limits.ts';
import { networkReason } from './network-reason.ts';

export interface HttpCall {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Longer than an ordinary call may take. */
  readonly timeoutMs?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

export interface HttpOptions {
  readonly url: string;
  /** Null: none is configured. */
  readonly token: string | null;
  readonly fetch: typeof globalThis.fetch;
  /** Of this command. */
  readonly version: string;
  /** How the address is named. */
  readonly urlAdvice: string;
}

const SET_TOKEN =
  'Set FLEETLM_TOKEN to the API key of the cluster, or to the token of a user with the role admin.';

/** One port of a node: bounded calls, and every way in which one can fail as a CommandFailure. */
export class HttpConnection {
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#options.url;
  }

  /** Throws before anything is sent. */
  requireToken(): void {
    if (this.#options.token === null)
      throw new CommandFailure(EXIT.unauthorized, 'no token is configured', SET_TOKEN);
  }

  /** Rejects where no answer comes, or one without end. */
  async exchange({
    method,
    path,
    query = {},
    body,
    timeoutMs = CALL_TIMEOUT_MS,
  }: HttpCall): Promise<HttpAnswer> {
    const { fetch, token, version } = this.#options;
    const url = new URL(`${this.url}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    try {
      const response = await fetch(url, {
        method,
        redirect: 'manual',
        headers: {
          accept: 'application/json',
          'user-agent': `fleetlm/${version}`,
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const bytes = await readBoundedStream(response, { bytesMax: ANSWER_BYTES_MAX, timeoutMs });
      return { status: response.status, text: new TextDecoder().decode(bytes) };
    } catch (error) {
      if (error instanceof BodyTooLargeError) throw this.unknown(error.message);
      throw new CommandFailure(
        EXIT.unreachable,
        `${this.url}: ${networkReason(error, timeoutMs)}`,
        this.#options.urlAdvice,
      );
    }
  }

  /** What answers is no node, or one of another version. */
  unknown(what: string): CommandFailure {
    return new CommandFailure(
      EXIT.wrongVersion,
      `${this.url} answers, but not as fleetlm ${this.#options.version} knows it: ${what}`,
      'Use the fleetlm of the version that the nodes run, and the address of a node (not of the web app).',
    );
  }

  /** An answer that is an error, in the words of the node. */
  refused({ status, text }: HttpAnswer): CommandFailure {
    const parsed = problemSchema.safeParse(jsonOf(text));
    if (!parsed.success) return this.unknown(`status ${status} without a problem document`);
    const { code, detail, errors } = parsed.data;
    const fields = errors
      .map(({ path, message }) => `${path} ${message}`)
      .filter((field) => field !== detail);
    const message = [`${code}: ${detail}`, ...fields].join('\n  ');
    switch (code) {
      case 'unauthenticated':
      case 'forbidden':
        return new CommandFailure(EXIT.unauthorized, message, SET_TOKEN);
      case 'method_not_allowed':
        return this.unknown(message);
      case 'internal':
        return new CommandFailure(EXIT.internal, message, 'The log of the node has the error.');
      default:
        return new CommandFailure(exitOf(code), message);
    }
  }
}

function exitOf(code: keyof typeof ERROR_CODES): ExitCode {
  return ERROR_CODES[code].retryable ? EXIT.temporary : EXIT.no;
}

/** Undefined: it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
