import type { FastifyInstance } from 'fastify';
import { RESPONSE_MS_MAX, WATCHED_RESPONSE_BYTES } from '../limits.ts';

/**
 * A reader that does not read holds its response in memory. Small ones fit the kernel's buffers; a larger one has to be
 * read within RESPONSE_MS_MAX, or its connection is closed. Streams of events are bounded by themselves.
 */
export function limitResponseTime(
  app: FastifyInstance,
  { bytes, ms } = { bytes: WATCHED_RESPONSE_BYTES, ms: RESPONSE_MS_MAX },
): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    if (typeof payload !== 'string' || payload.length < bytes) return payload;
    const timer = setTimeout(() => reply.raw.destroy(), ms);
    reply.raw.once('close', () => clearTimeout(timer));
    return payload;
  });
}
