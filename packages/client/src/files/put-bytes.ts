import { isObject, type JsonObject, stringField } from '@fleetlm/protocol/ui-stream';
import type { WireError } from '../wire.ts';

/** What a node answered; `status` 0: it could not be reached. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

export interface PutRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly file: Blob;
  readonly signal: AbortSignal | null;
  readonly onProgress: ((sentBytes: number) => void) | null;
}

/** Sends bytes. Rejects only when it is aborted. Browsers report progress by XMLHttpRequest alone; elsewhere there is none. */
export type PutBytes = (request: PutRequest) => Promise<HttpAnswer>;

/** As much of XMLHttpRequest as is used here: this package is compiled without the DOM's types, too. */
interface Xhr {
  readonly status: number;
  readonly responseText: string;
  readonly upload: { onprogress: ((event: { readonly loaded: number }) => void) | null };
  onloadend: (() => void) | null;
  open(method: string, url: URL): void;
  setRequestHeader(name: string, value: string): void;
  send(body: Blob): void;
  abort(): void;
}

/** Null outside of browsers. */
function newXhr(): Xhr | null {
  const make: unknown = Reflect.get(globalThis, 'XMLHttpRequest');
  return typeof make === 'function' ? Reflect.construct(make, []) : null;
}

export const putBytes: PutBytes = (request) => {
  const xhr = newXhr();
  return xhr === null ? putByFetch(request) : putByXhr(xhr, request);
};

async function putByFetch({ url, headers, file, signal }: PutRequest): Promise<HttpAnswer> {
  try {
    const response = await fetch(url, { method: 'PUT', headers, body: file, signal });
    return { status: response.status, body: bodyOf(await response.text()) };
  } catch {
    signal?.throwIfAborted();
    return UNREACHABLE;
  }
}

function putByXhr(
  xhr: Xhr,
  { url, headers, file, signal, onProgress }: PutRequest,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const abort = () => xhr.abort();
    const settle = () => {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted === true) reject(signal.reason);
      else if (xhr.status === 0) resolve(UNREACHABLE);
      else resolve({ status: xhr.status, body: bodyOf(xhr.responseText) });
    };
    xhr.upload.onprogress = ({ loaded }) => onProgress?.(loaded);
    xhr.onloadend = settle;
    xhr.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) reject(signal.reason);
    else xhr.send(file);
  });
}

const UNREACHABLE: HttpAnswer = { status: 0, body: {} };

export function bodyOf(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    // A proxy's page, or none: the status says enough.
    return {};
  }
}

/** Why a node refused; null: it did not. */
export function errorOf({ status, body }: HttpAnswer): WireError | null {
  if (status >= 200 && status < 300) return null;
  if (status === 0)
    return { code: 'disconnected', message: 'No node could be reached.', retryable: true };
  return {
    code: stringField(body, 'code') ?? 'internal',
    message: stringField(body, 'detail') ?? `The node answered with status ${status}.`,
    retryable: body.retryable === true || status >= 502,
  };
}
