import 'server-only';
import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';
import { PEER_HEADER } from './client-address.ts';

/**
 * Writes the address of its connection on every request, over whatever the caller has sent. Next hands neither the socket nor an
 * `x-forwarded-for` that can be trusted to the code of a page.
 */
export function markPeers(): void {
  subscribe('http.server.request.start', (message) => {
    if (typeof message !== 'object' || message === null || !('request' in message)) return;
    const { request } = message;
    if (request instanceof IncomingMessage)
      request.headers[PEER_HEADER] = request.socket.remoteAddress ?? 'unknown';
  });
}
