import { BLOB_NAME_LENGTH_MAX, doubledMs, jitteredMs } from '@fleetlm/protocol/plain';
import { type FilePart, isObject, type JsonObject, stringField } from '@fleetlm/protocol/ui-stream';
import type { TokenSource } from '../connection/token-source.ts';
import { malformed, type WireError } from '../wire.ts';
import { bodyOf, errorOf, type HttpAnswer, type PutBytes, putBytes } from './put-bytes.ts';

const CALL_TIMEOUT_MS = 10_000;
/** How often a call is made, over all nodes, before its error is the answer. */
const ATTEMPTS_MAX = 5;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5_000;

export interface UploadOptions {
  /** Bytes sent so far; in browsers. */
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void;
  /** Ends the upload: the promise is rejected with its reason, and what was stored is deleted. */
  readonly signal?: AbortSignal;
}

/** `part` goes into the `parts` of a message. */
export type UploadResult =
  | { readonly ok: true; readonly part: FilePart }
  | { readonly ok: false; readonly error: WireError };

/** A link to a file, or why there is none. */
export type LinkResult =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly error: WireError };

export interface FilesOptions {
  readonly nodes: readonly string[];
  readonly tokens: TokenSource;
  readonly put?: PutBytes;
}

/** Files of conversations, over REST. Any node takes them; one that fails is left for the next. */
export class Files {
  readonly #options: FilesOptions;
  /** The node that answered last. */
  #node = 0;

  constructor(options: FilesOptions) {
    this.#options = options;
  }

  /** Stores a file with a conversation. Rejects only when it is aborted. */
  async upload(
    sessionId: string,
    file: File,
    { onProgress, signal }: UploadOptions = {},
  ): Promise<UploadResult> {
    signal?.throwIfAborted();
    const name = nameOf(file);
    const path = `/api/sessions/${sessionId}/blobs`;
    const body = { name, media_type: mediaTypeOf(file), bytes: file.size };
    const created = await this.#call('POST', path, { body, signal });
    const refusal = errorOf(created);
    if (refusal !== null) return { ok: false, error: refusal };
    const upload = uploadOf(created.body);
    if (upload === null) return { ok: false, error: malformed('the begin of an upload') };
    try {
      const stored = await this.#try(
        (node) =>
          (this.#options.put ?? putBytes)({
            url: new URL(upload.url, node),
            headers: upload.headers,
            file,
            signal: signal ?? null,
            onProgress: (sent) => onProgress?.(Math.min(sent, file.size), file.size),
          }),
        signal,
      );
      const error = errorOf(stored);
      if (error !== null) return { ok: false, error };
      const part = partOf(stored.body);
      return part === null
        ? { ok: false, error: malformed('an uploaded file') }
        : { ok: true, part };
    } catch (error) {
      // The node may have stored it before it noticed. Without an answer the file is deleted as one that no message refers to.
      void this.#call('DELETE', `${path}/${upload.id}`, {});
      throw error;
    }
  }

  /** An address that a file of a message can be read from for five minutes; `url` is its part's. */
  async link(sessionId: string, blobId: string): Promise<LinkResult> {
    const answer = await this.#call('POST', `/api/sessions/${sessionId}/blobs/${blobId}/link`, {});
    const error = errorOf(answer);
    if (error !== null) return { ok: false, error };
    const url = stringField(answer.body, 'url');
    return url === null
      ? { ok: false, error: malformed('a link') }
      : { ok: true, url: new URL(url, this.#nodeAt(this.#node)).href };
  }

  /** Deletes a file; one that is gone is no error. */
  async remove(sessionId: string, blobId: string): Promise<WireError | null> {
    return errorOf(await this.#call('DELETE', `/api/sessions/${sessionId}/blobs/${blobId}`, {}));
  }

  #call(
    method: 'POST' | 'DELETE',
    path: string,
    { body, signal }: { readonly body?: JsonObject; readonly signal?: AbortSignal | undefined },
  ): Promise<HttpAnswer> {
    return this.#try(async (node) => {
      const token = await this.#options.tokens.get(Date.now());
      if (token.status === 'signed_out') return SIGNED_OUT;
      if (token.status === 'unreachable') return { status: 0, body: {} };
      const limit = AbortSignal.timeout(CALL_TIMEOUT_MS);
      try {
        const response = await fetch(new URL(path, node), {
          method,
          headers: {
            authorization: `Bearer ${token.token}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        });
        return { status: response.status, body: bodyOf(await response.text()) };
      } catch {
        signal?.throwIfAborted();
        return { status: 0, body: {} };
      }
    }, signal);
  }

  /** Asks one node after the other until one decides. */
  async #try(
    ask: (node: string) => Promise<HttpAnswer>,
    signal: AbortSignal | undefined,
  ): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await ask(this.#nodeAt(this.#node));
      if (errorOf(answer)?.retryable !== true || attempt >= ATTEMPTS_MAX) return answer;
      this.#node += 1;
      const pauseMs = doubledMs(attempt - 1, RETRY_MIN_MS, RETRY_MAX_MS);
      await delay(jitteredMs(pauseMs, Math.random()));
      signal?.throwIfAborted();
    }
  }

  #nodeAt(index: number): string {
    const { nodes } = this.#options;
    return nodes[index % nodes.length] ?? '';
  }
}

const SIGNED_OUT: HttpAnswer = {
  status: 401,
  body: { code: 'unauthenticated', detail: 'No user is signed in.' },
};

interface BegunUpload {
  readonly id: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

function uploadOf({ blob, upload }: JsonObject): BegunUpload | null {
  if (!isObject(blob) || !isObject(upload) || !isObject(upload.headers)) return null;
  const id = stringField(blob, 'id');
  const url = stringField(upload, 'url');
  const headers = Object.entries(upload.headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return id === null || url === null ? null : { id, url, headers: Object.fromEntries(headers) };
}

function partOf({ blob }: JsonObject): FilePart | null {
  if (!isObject(blob)) return null;
  const url = stringField(blob, 'url');
  const mediaType = stringField(blob, 'media_type');
  const filename = stringField(blob, 'name');
  return url === null || mediaType === null || filename === null
    ? null
    : { type: 'file', mediaType, filename, url };
}

const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** As the cluster takes it: systems allow names that can't be shown. */
function nameOf({ name }: File): string {
  // The end of a long one, which says what it is; a letter that is cut in half goes.
  const end = name.slice(-BLOB_NAME_LENGTH_MAX);
  const shown = end.replaceAll(UNPRINTABLE, '').trim();
  return shown === '' ? 'file' : shown;
}

/** Without parameters; browsers do not know every type. */
function mediaTypeOf({ type }: Blob): string {
  const essence = type.split(';')[0]?.trim().toLowerCase() ?? '';
  return essence === '' ? 'application/octet-stream' : essence;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
