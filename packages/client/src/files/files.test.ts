import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { TokenSource } from '../connection/token-source.ts';
import { Files } from './files.ts';
import type { PutBytes } from './put-bytes.ts';

const SESSION = '07-01J00000000000000000000000';
const BLOB = '01J00000000000000000000000';
const PATH = `/api/sessions/${SESSION}/blobs`;

interface Call {
  readonly node: number;
  readonly call: string;
  readonly body: string;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

type Answer = (call: Call) => { readonly status: number; readonly body?: object };

/** Nodes that answer as they are asked to, and what they were asked. */
async function nodesThat(answer: Answer, count = 2) {
  const calls: Call[] = [];
  const nodes: string[] = [];
  for (let node = 0; node < count; node += 1) {
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      void text(request).then((body) => {
        const call = { node, call: `${request.method} ${request.url}`, body };
        calls.push(call);
        const { status, body: answered } = answer(call);
        response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
        response.end(answered === undefined ? '' : JSON.stringify(answered));
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    nodes.push(`http://127.0.0.1:${address.port}`);
  }
  return { calls, nodes };
}

const blob = {
  id: BLOB,
  session_id: SESSION,
  url: `fleetlm-blob:${BLOB}`,
  name: 'a.txt',
  media_type: 'text/plain',
  bytes: 5,
  inserted_at: '2026-11-30T12:00:00.000Z',
};
const upload = {
  method: 'PUT',
  url: '/api/uploads?token=t',
  headers: { 'content-type': 'application/octet-stream' },
  expires_at: '2026-11-30T13:00:00.000Z',
};
const BUSY = {
  status: 503,
  body: { code: 'overloaded', detail: 'The node is busy.', retryable: true },
};

const FILE = new File(['hello'], 'a.txt', { type: 'text/plain;charset=utf-8' });
const tokens = () => new TokenSource(async () => 'token');

function usual({ call }: Call): ReturnType<Answer> {
  return call.startsWith('POST')
    ? { status: 201, body: { blob, upload } }
    : { status: 200, body: { blob } };
}

test('a file is announced, sent, and becomes a part of a message', async () => {
  const { calls, nodes } = await nodesThat(usual);
  const files = new Files({ nodes, tokens: tokens() });
  expect(await files.upload(SESSION, FILE)).toEqual({
    ok: true,
    part: {
      type: 'file',
      mediaType: 'text/plain',
      filename: 'a.txt',
      url: `fleetlm-blob:${BLOB}`,
    },
  });
  expect(calls).toEqual([
    { node: 0, call: `POST ${PATH}`, body: '{"name":"a.txt","media_type":"text/plain","bytes":5}' },
    { node: 0, call: 'PUT /api/uploads?token=t', body: 'hello' },
  ]);
});

test('a node that is busy or gone is left for the next one, in the middle of an upload too', async () => {
  const { calls, nodes } = await nodesThat((call) =>
    call.node === 0 && call.call.startsWith('PUT') ? BUSY : usual(call),
  );
  const files = new Files({ nodes, tokens: tokens() });
  expect(await files.upload(SESSION, FILE)).toMatchObject({ ok: true });
  expect(calls.map(({ node, call }) => `${node} ${call.split(' ')[0]}`)).toEqual([
    '0 POST',
    '0 PUT',
    '1 PUT',
  ]);
});

test('a refusal is the answer, in the words of the node', async () => {
  const { calls, nodes } = await nodesThat(() => ({
    status: 413,
    body: { code: 'payload_too_large', detail: 'a file may have 10 bytes', retryable: false },
  }));
  const files = new Files({ nodes, tokens: tokens() });
  expect(await files.upload(SESSION, FILE)).toEqual({
    ok: false,
    error: { code: 'payload_too_large', message: 'a file may have 10 bytes', retryable: false },
  });
  expect(calls).toHaveLength(1);
});

test('an aborted upload rejects with its reason, and what may be stored is deleted', async () => {
  const { calls, nodes } = await nodesThat(usual);
  const abort = new AbortController();
  const sent: number[] = [];
  const put: PutBytes = ({ onProgress, signal }) => {
    onProgress?.(3);
    abort.abort(new Error('cancelled by the user'));
    return Promise.reject(signal?.reason);
  };
  const files = new Files({ nodes, tokens: tokens(), put });
  const uploading = files.upload(SESSION, FILE, {
    signal: abort.signal,
    onProgress: (bytes, total) => sent.push(bytes, total),
  });
  await expect(uploading).rejects.toThrow('cancelled by the user');
  expect(sent).toEqual([3, 5]);
  await expect.poll(() => calls.at(-1)?.call).toBe(`DELETE ${PATH}/${BLOB}`);
});

test.each([
  ['line\nbreak.txt', 'linebreak.txt'],
  [`${'x'.repeat(300)}.png`, `${'x'.repeat(251)}.png`],
  ['\u202Egnp.exe', 'gnp.exe'],
  ['\u0000', 'file'],
])('a name as %j is sent as %j', async (name, sentAs) => {
  const { calls, nodes } = await nodesThat(usual, 1);
  await new Files({ nodes, tokens: tokens() }).upload(SESSION, new File(['x'], name));
  expect(JSON.parse(calls[0]?.body ?? '{}')).toEqual({
    name: sentAs,
    media_type: 'application/octet-stream',
    bytes: 1,
  });
});

test('a link is of the node that signed it', async () => {
  const { nodes } = await nodesThat(() => ({ status: 200, body: { url: '/api/blobs?token=x' } }));
  const files = new Files({ nodes, tokens: tokens() });
  expect(await files.link(SESSION, BLOB)).toEqual({
    ok: true,
    url: `${nodes[0]}/api/blobs?token=x`,
  });
});
