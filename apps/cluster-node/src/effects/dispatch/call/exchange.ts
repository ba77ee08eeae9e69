import { ERROR_TEXT_LENGTH_MAX } from '@fleetlm/protocol';
import { type ErrorText, errorText } from '../../error-text.ts';
import type { AgentRecord } from '../../ports.ts';
import { REPORT_BODY_LENGTH_MAX, type ReportedMessage } from '../attempt/attempt-report.ts';
import { REDACTED, SecretFilter } from './secret-filter.ts';

/** Headers of a call that hold nothing secret. */
const OPEN_REQUEST_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'content-type',
  'fleetlm-test',
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
  'via',
  'x-request-id',
  'x-vercel-ai-ui-message-stream',
] as const;
const HEADER_LENGTH_MAX = 256;

/** What went over the wire in one call, as far as a report needs it. */
export class Exchange {
  readonly #filter: SecretFilter;
  readonly #startedAt = performance.now();
  url: string | null = null;
  status: number | null = null;
  /** From the making of this object to the headers of the answer. */
  firstByteMs: number | null = null;
  request: ReportedMessage | null = null;
  #responseHeaders: Readonly<Record<string, string>> = {};
  #responseBody = '';
  #isTruncated = false;
  readonly #decoder = new TextDecoder();

  constructor(
    { headers, apiKey }: Pick<AgentRecord, 'headers' | 'apiKey'>,
    secrets: readonly string[],
  ) {
    const key = apiKey === null ? [] : [apiKey];
    this.#filter = new SecretFilter([...secrets, ...key, ...Object.values(headers)]);
  }

  requested(url: URL, headers: Readonly<Record<string, string>>, body: string): void {
    // Queries carry keys too often.
    this.url = `${url.origin}${url.pathname}`;
    this.request = { headers: redactedHeaders(headers), ...this.#kept(body, false) };
  }

  answered(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    this.status = status;
    this.firstByteMs = performance.now() - this.#startedAt;
    const kept: Record<string, string> = {};
    for (const name of KEPT_RESPONSE_HEADERS) {
      const value = headers[name];
      if (typeof value === 'string')
        kept[name] = this.#filter.beginning(value, HEADER_LENGTH_MAX).text;
    }
    this.#responseHeaders = kept;
  }

  received(bytes: Uint8Array): void {
    const lengthMax = REPORT_BODY_LENGTH_MAX + this.#filter.overlap;
    if (this.#responseBody.length >= lengthMax) {
      this.#isTruncated = true;
      return;
    }
    // A character has at most four bytes: more need not be decoded.
    const text = this.#decoder.decode(bytes.subarray(0, lengthMax * 4), { stream: true });
    const room = lengthMax - this.#responseBody.length;
    this.#isTruncated ||= text.length > room || bytes.length > lengthMax * 4;
    this.#responseBody += text.slice(0, room);
  }

  get response(): ReportedMessage | null {
    if (this.status === null) return null;
    return { headers: this.#responseHeaders, ...this.#kept(this.#responseBody, this.#isTruncated) };
  }

  /** Text of the other side without what it was sent in secret: errors often quote. */
  redacted(text: string): string {
    return this.#filter.redact(text);
  }

  /** An error text, likewise; the end of one that was cut may be the beginning of a secret. */
  redactedError(text: ErrorText): ErrorText {
    return errorText(
      text.length < ERROR_TEXT_LENGTH_MAX
        ? this.#filter.redact(text)
        : `${this.#filter.redactCut(text.slice(0, -1))}…`,
    );
  }

  #kept(body: string, isCut: boolean): { readonly body: string; readonly isTruncated: boolean } {
    const { text, isTruncated } = this.#filter.beginning(body, REPORT_BODY_LENGTH_MAX, isCut);
    return { body: text, isTruncated };
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
