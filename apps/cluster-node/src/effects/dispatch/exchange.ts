import type { AgentRecord } from '../ports.ts';
import { REPORT_BODY_LENGTH_MAX, type ReportedMessage } from './attempt-report.ts';

const REDACTED = '[redacted]';
/** Headers of a call that hold nothing secret. */
const OPEN_REQUEST_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'content-type',
  'user-agent',
  'webhook-id',
  'webhook-timestamp',
]);
/** Headers of an answer that help to understand it. */
const KEPT_RESPONSE_HEADERS = [
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'location',
  'retry-after',
  'server',
  'x-vercel-ai-ui-message-stream',
] as const;
/** Shorter values would be found in any text. */
const SECRET_LENGTH_MIN = 8;

/** What went over the wire in one call, as far as a report needs it. */
export class Exchange {
  readonly #secrets: readonly string[];
  url: string | null = null;
  status: number | null = null;
  request: ReportedMessage | null = null;
  #responseHeaders: Readonly<Record<string, string>> = {};
  #responseBody = '';
  #isTruncated = false;
  readonly #decoder = new TextDecoder();

  constructor(agent: Pick<AgentRecord, 'secret' | 'headers'>) {
    this.#secrets = [agent.secret, ...Object.values(agent.headers)].filter(
      (secret) => secret.length >= SECRET_LENGTH_MIN,
    );
  }

  requested(url: URL, headers: Readonly<Record<string, string>>, body: string): void {
    // Queries carry keys too often.
    this.url = `${url.origin}${url.pathname}`;
    this.request = {
      headers: redactedHeaders(headers),
      body: this.#redacted(body.slice(0, REPORT_BODY_LENGTH_MAX)),
      isTruncated: body.length > REPORT_BODY_LENGTH_MAX,
    };
  }

  answered(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    this.status = status;
    const kept: Record<string, string> = {};
    for (const name of KEPT_RESPONSE_HEADERS) {
      const value = headers[name];
      if (typeof value === 'string') kept[name] = this.#redacted(value.slice(0, 256));
    }
    this.#responseHeaders = kept;
  }

  received(bytes: Uint8Array): void {
    if (this.#responseBody.length >= REPORT_BODY_LENGTH_MAX) {
      this.#isTruncated = true;
      return;
    }
    // A character has at most four bytes: more need not be decoded.
    const text = this.#decoder.decode(bytes.subarray(0, REPORT_BODY_LENGTH_MAX * 4), {
      stream: true,
    });
    const room = REPORT_BODY_LENGTH_MAX - this.#responseBody.length;
    this.#isTruncated ||= text.length > room || bytes.length > REPORT_BODY_LENGTH_MAX * 4;
    this.#responseBody += text.slice(0, room);
  }

  get response(): ReportedMessage | null {
    if (this.status === null) return null;
    return {
      headers: this.#responseHeaders,
      body: this.#redacted(this.#responseBody),
      isTruncated: this.#isTruncated,
    };
  }

  #redacted(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, REDACTED);
    return clean.toWellFormed();
  }
}

function redactedHeaders(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    shown[key] = OPEN_REQUEST_HEADERS.has(key) ? value : REDACTED;
  }
  return shown;
}
