import { BODY_DEPTH_MAX, invalidField } from '@fleetlm/protocol';
import type { FastifyInstance } from 'fastify';
import { RequestError } from './request-error.ts';

/** Bodies are JSON, nested no deeper than BODY_DEPTH_MAX; how long they may be is a property of the route. */
export function parseJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    (_request, body: string, done) => {
      // Commands without arguments may come with an empty body.
      if (body === '') {
        done(null, undefined);
        return;
      }
      if (isDeeper(body, BODY_DEPTH_MAX)) {
        done(invalidBody(`must not be nested deeper than ${BODY_DEPTH_MAX}`));
        return;
      }
      let value: unknown;
      try {
        value = JSON.parse(body);
      } catch {
        done(invalidBody('is not well-formed JSON'));
        return;
      }
      done(null, value);
    },
  );
}

function invalidBody(message: string): RequestError {
  return new RequestError(invalidField('', message, `the body ${message}`));
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Without recursion, before anything is parsed: what walks the value later may recurse. */
export function isDeeper(json: string, depthMax: number): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(json, at);
      // An unclosed string is no JSON: the parser says so.
      if (at === -1) return false;
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return false;
}

/** The index of the closing quote; -1: there is none. Each backslash is passed once. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return -1;
}
