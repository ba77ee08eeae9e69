import type { FastifyInstance } from 'fastify';
import { RequestError } from '../request-error.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The only media type that the body of a route may have which reads it as it comes. */
    readonly rawBody?: string;
  }
}

/** Bodies that are read as they come, on the routes that say so; everywhere else they stay refused. */
export function parseRawBodies(app: FastifyInstance, mediaType: string): void {
  // Decided before a byte is read: of a route with a raw body nothing else is parsed.
  app.addHook('onRequest', async ({ raw, routeOptions }) => {
    const { rawBody } = routeOptions.config;
    if (rawBody !== undefined && raw.headers['content-type'] !== rawBody) throw notThat(rawBody);
  });
  app.addContentTypeParser(mediaType, (request, payload, done) => {
    if (request.routeOptions.config.rawBody === mediaType) done(null, payload);
    else done(new RequestError('unsupported_media_type', 'only JSON is understood here'));
  });
}

function notThat(mediaType: string): RequestError {
  return new RequestError('unsupported_media_type', `only ${mediaType} is understood here`);
}
