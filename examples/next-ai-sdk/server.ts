import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { POST } from './app/api/agent/route.ts';

/** What Next.js does for a route handler, as small as it can be, so that the example starts without a build. */
async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (incoming.method !== 'POST' || incoming.url !== '/api/agent') {
    outgoing.writeHead(404).end();
    return;
  }
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: 'POST',
    headers: { 'content-type': incoming.headers['content-type'] ?? '' },
    body: await buffer(incoming),
    signal: gone.signal,
  });
  const response = await POST(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) outgoing.end();
  else await pipeline(response.body, outgoing, { signal: gone.signal });
}

const server = createServer((incoming, outgoing) => {
  serve(incoming, outgoing).catch((error: unknown) => {
    // A caller that went (the user pressed stop) is no error.
    if (outgoing.destroyed) return;
    console.error(error);
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(500).end();
  });
});
server.listen(Number(process.env.PORT ?? 4301), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null)
    console.log(`listening on http://127.0.0.1:${address.port}/api/agent`);
});
