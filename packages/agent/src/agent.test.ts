import { once } from 'node:events';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { type AgentOptions, nodeAgent, webAgent } from './agent.ts';
import { AnswerError, CallerGoneError } from './answer.ts';
import { newestUserText } from './call.ts';
import { BODY_BYTES_MAX } from './node.ts';
import { signWebhook } from './sign.ts';
import { callBody, SECRET, SESSION_ID, serve, type TestServer } from './testing/agent-server.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A web handler behind a real socket: as small as such an adapter can be. */
function webServer(options: AgentOptions): ReturnType<typeof nodeAgent> {
  const handler = webAgent(options);
  return (request, response) => {
    const run = async (): Promise<void> => {
      const headers = new Headers();
      for (const [name, value] of Object.entries(request.headers))
        if (typeof value === 'string') headers.set(name, value);
      const hasBody = request.method === 'POST';
      const answer = await handler(
        new Request(`http://agent${request.url}`, {
          method: request.method ?? 'GET',
          headers,
          ...(hasBody ? { body: Readable.toWeb(request), duplex: 'half' } : {}),
        }),
      );
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      const body = Readable.fromWeb(answer.body ?? new ReadableStream());
      response.once('close', () => body.destroy());
      body.on('error', () => undefined);
      body.pipe(response);
    };
    run().catch(() => response.destroy());
  };
}

const ECHO: AgentOptions = {
  secret: SECRET,
  answer: async (call, answer) => answer.text(`You said: ${newestUserText(call)}`),
};

function signedPost(body: string, secret = SECRET, atMs = Date.now()): RequestInit {
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      ...signWebhook({ secret, id: `${SESSION_ID}:1`, body, atMs }),
    },
  };
}

describe.each([
  ['nodeAgent', nodeAgent],
  ['webAgent', webServer],
])('%s', (_, open) => {
  async function start(options: AgentOptions): Promise<string> {
    const server = await serve(open(options));
    servers.push(server);
    return server.url;
  }

  test('answers a signed call with a stream', async () => {
    const response = await fetch(await start(ECHO), signedPost(callBody('Grüße 👋')));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1');
    const text = await response.text();
    expect(text).toContain('"delta":"You said: Grüße 👋"');
    expect(text.endsWith('data: {"type":"finish"}\n\ndata: [DONE]\n\n')).toBe(true);
  });

  test.each([
    ['unsigned', 401, 'webhook-id is missing', { method: 'POST', body: callBody('x') }],
    [
      'of another secret',
      401,
      'no signature',
      signedPost(callBody('x'), `whsec_${'A'.repeat(44)}`),
    ],
    ['an hour old', 401, 's behind', signedPost(callBody('x'), SECRET, Date.now() - 3_600_000)],
    ['without a field', 400, 'session_id is required', signedPost('{"id":1}')],
    ['no JSON', 400, 'not JSON', signedPost('{')],
    ['no POST', 405, 'POST', { method: 'GET' }],
  ])('a call %s is refused with %d and why', async (_case, status, reason, init) => {
    const response = await fetch(await start(ECHO), init);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(reason);
  });

  test('what the answer throws ends it, and its author is informed', async () => {
    const errors: unknown[] = [];
    const url = await start({
      secret: SECRET,
      answer: () => Promise.reject(new AnswerError('no idea')),
      onError: (error, call) => errors.push([error, call.session_id]),
    });
    const text = await (await fetch(url, signedPost(callBody('x')))).text();
    expect(text).toContain('{"type":"error","errorText":"no idea"}');
    expect(errors).toEqual([[new AnswerError('no idea'), SESSION_ID]]);
  });

  test('when the caller goes, the signal says so and writing stops', async () => {
    const seen = Promise.withResolvers<readonly [boolean, unknown]>();
    const url = await start({
      secret: SECRET,
      answer: async (_call, answer, signal) => {
        await answer.text('first ');
        if (!signal.aborted) await once(signal, 'abort');
        const late = await answer.text('x').then(
          () => null,
          (error: unknown) => error,
        );
        seen.resolve([signal.aborted, late]);
      },
      onError: (error) => seen.reject(error),
    });
    const gone = new AbortController();
    const response = await fetch(url, { ...signedPost(callBody('x')), signal: gone.signal });
    await response.body?.getReader().read();
    gone.abort();
    expect(await seen.promise).toEqual([true, new CallerGoneError()]);
  });

  test('a fast agent waits for a slow reader', async () => {
    let written = 0;
    const url = await start({
      secret: SECRET,
      answer: async (_call, answer, signal) => {
        // Far more than sockets hold: only the reader's going ends this.
        while (!signal.aborted) {
          await answer.text('x'.repeat(64 * 1024));
          written += 1;
        }
      },
    });
    const gone = new AbortController();
    const response = await fetch(url, { ...signedPost(callBody('x')), signal: gone.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(written).toBeLessThan(1000);
    gone.abort();
  });

  test('a body that is too large is refused', async () => {
    const url = await start(ECHO);
    const size = BODY_BYTES_MAX + 1;
    const body = 'x'.repeat(size);
    const status = await fetch(url, { method: 'POST', body }).then(
      (response) => response.status,
      // The socket may be closed while the rest is still being sent.
      () => 413,
    );
    expect(status).toBe(413);
  });
});

test('an agent does not start without a secret, unless it says that it wants none', () => {
  expect(() => nodeAgent({ ...ECHO, secret: undefined })).toThrow('no webhook secret');
  expect(() => webAgent({ ...ECHO, secret: 'sesame' })).toThrow('whsec_');
  expect(() => createServer(nodeAgent({ ...ECHO, secret: null }))).not.toThrow();
});
