import { Readable } from 'node:stream';
import { blobUrl } from '@fleetlm/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpenedBlob, Runtime, StoredBlob } from '../../runtime/runtime-api.ts';
import { reportHandlerError } from '../../telemetry/guarded.ts';
import { DOWNLOADS_MAX, RESPONSE_MS_MAX, UPLOAD_IDLE_MS, UPLOAD_MS } from '../limits.ts';
import type { Refusals } from '../refusals.ts';
import { type Handlers, STREAMED } from '../rest/rest-call.ts';
import { byteRange, type Range } from './byte-range.ts';

const UPLOAD_TIMES = { idleMs: UPLOAD_IDLE_MS, totalMs: UPLOAD_MS } as const;
const UPLOAD_HEADERS = { 'content-type': 'application/octet-stream' } as const;

/** Whatever a file is, nothing in it runs, and no page of another origin can pretend to be it. */
const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  // Pages of the web app show pictures from the nodes, which are other origins.
  'cross-origin-resource-policy': 'cross-origin',
  'cache-control': 'private, max-age=300, immutable',
  'accept-ranges': 'bytes',
} as const;

/** Files of conversations: bytes come in and go out at signed addresses, piece by piece. */
export function blobHandlers(runtime: Pick<Runtime, 'blobs' | 'getSession'>) {
  const downloads = new Downloads();
  const { blobs } = runtime;
  return {
    createBlob: async ({ session, body, value }) => {
      const { name, media_type, bytes } = body;
      const created = value(await blobs.create(session, { name, mediaType: media_type, bytes }));
      const { url, untilMs } = created.upload;
      return {
        blob: blobBody(created.blob),
        upload: { method: 'PUT', url, headers: UPLOAD_HEADERS, expires_at: time(untilMs) },
      };
    },

    uploadBlob: async ({ query, request, reply, value, refuse }) => {
      const permit = blobs.openUpload(query.token);
      if (permit === null) throw refuse(NO_PERMIT);
      // Gone since the link was signed, perhaps.
      value(await runtime.getSession(permit.key.sessionId));
      const stored = value(await blobs.upload(permit, bodyOf(request), UPLOAD_TIMES));
      // It was stored before: what is still coming is not worth reading.
      if (!request.raw.complete) reply.header('connection', 'close');
      return { blob: blobBody(stored) };
    },

    linkBlob: ({ session, params }) => {
      const { url, untilMs } = blobs.link(session, params.blob);
      return { url, expires_at: time(untilMs) };
    },

    downloadBlob: async ({ query, request, reply, value, refuse }) => {
      const key = blobs.openDownload(query.token);
      if (key === null) throw refuse(NO_PERMIT);
      const blob = value(await blobs.open(key));
      downloads.send(blob, request, reply, { refuse });
      return STREAMED;
    },

    deleteBlob: async ({ session, params, value }) => {
      value(await blobs.remove(session, params.blob));
      return null;
    },
  } satisfies Partial<Handlers>;
}

/** Files that are being sent; each ends when it is read, or when its reader takes too long or goes. */
class Downloads {
  #count = 0;

  send(
    { record, disposition, read }: OpenedBlob,
    request: FastifyRequest,
    reply: FastifyReply,
    { refuse }: Pick<Refusals<'overloaded'>, 'refuse'>,
  ): void {
    const range = byteRange(request.headers.range, record.bytes);
    if (range === 'unsatisfiable') {
      reply.status(416).header('content-range', `bytes */${record.bytes}`).send();
      return;
    }
    if (this.#count >= DOWNLOADS_MAX)
      throw refuse({ code: 'overloaded', detail: 'this node sends as many files as it may' });
    const sent: Range = range ?? { start: 0, end: record.bytes - 1 };
    if (range !== null)
      reply.header('content-range', `bytes ${sent.start}-${sent.end}/${record.bytes}`);
    reply
      .status(range === null ? 200 : 206)
      .headers(SAFE_HEADERS)
      .header('etag', `"${record.sha256}"`)
      .header('content-type', record.mediaType)
      .header('content-length', String(sent.end - sent.start + 1))
      .header('content-disposition', disposition);
    this.#watch(reply);
    // A HEAD request has no body, and its reader is not waited for.
    const body = request.method === 'HEAD' ? [] : read(sent);
    const stream = Readable.from(body, { objectMode: false });
    // The response is cut off, which its length shows the reader; the store says why.
    stream.on('error', (error) => reportHandlerError('rest', error));
    reply.send(stream);
  }

  #watch({ raw }: FastifyReply): void {
    this.#count += 1;
    raw.setTimeout(RESPONSE_MS_MAX, () => raw.destroy());
    raw.once('close', () => {
      this.#count -= 1;
    });
  }
}

function bodyOf({ body }: FastifyRequest): AsyncIterable<Uint8Array> {
  // No body: fewer bytes than were announced.
  return body instanceof Readable ? body : Readable.from([]);
}

function blobBody({ id, sessionId, name, mediaType, bytes, insertedAtMs }: StoredBlob) {
  return {
    id,
    session_id: sessionId,
    url: blobUrl(id),
    name,
    media_type: mediaType,
    bytes,
    inserted_at: time(insertedAtMs),
  };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

const NO_PERMIT = {
  code: 'forbidden',
  detail: 'this link is not valid, or not any more: ask for a new one',
} as const;
