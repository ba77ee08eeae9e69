import { BODY_DEPTH_MAX, BODY_VALUES_MAX, invalidField, OBJECT_KEYS_MAX } from '@fleetlm/protocol';
import type { FastifyInstance } from 'fastify';
import { inComponent } from '../../telemetry/component-turns.ts';
import { RequestError } from '../request-error.ts';

/** Bodies are JSON, within BODY_SHAPE; how long they may be is a property of the route. */
export function parseJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    (_request, body: string, done) => {
      const parsed = inComponent('rest', () => parseBody(body));
      if (parsed instanceof RequestError) done(parsed);
      else done(null, parsed.value);
    },
  );
}

function parseBody(body: string): RequestError | { readonly value: unknown } {
  // Commands without arguments may come with an empty body.
  if (body === '') return { value: undefined };
  const fault = jsonShapeFault(body);
  if (fault !== null) return invalidBody(fault);
  try {
    return { value: JSON.parse(body) };
  } catch {
    return invalidBody('is not well-formed JSON');
  }
}

function invalidBody(message: string): RequestError {
  return new RequestError(invalidField('', message, `the body ${message}`));
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const CLOSE_OBJECT = 0x7d;
const CLOSE_ARRAY = 0x5d;

export const BODY_SHAPE = {
  depth: BODY_DEPTH_MAX,
  values: BODY_VALUES_MAX,
  keys: OBJECT_KEYS_MAX,
} as const;

/**
 * What is too much in a text of JSON, found without recursion and before anything is parsed: the parser's cost grows
 * with the number of values, and what walks them later may recurse. Null: nothing. What is not JSON is for the parser
 * to refuse.
 */
export function jsonShapeFault(
  json: string,
  max: { readonly depth: number; readonly values: number; readonly keys: number } = BODY_SHAPE,
): string | null {
  /** Entries so far of each open array (negative) or object (positive). */
  const open: number[] = [];
  let values = 1;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(json, at);
      if (at === -1) return null;
    } else if (code === COMMA) {
      values += 1;
      const top = open.length - 1;
      const entries = open[top] ?? -1;
      if (entries > 0) open[top] = entries + 1;
      if (entries >= max.keys) return `must not have an object of more than ${max.keys} keys`;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      values += 1;
      open.push(code === OPEN_OBJECT ? 1 : -1);
      if (open.length > max.depth) return `must not be nested deeper than ${max.depth}`;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) open.pop();
    if (values > max.values) return `must not have more than ${max.values} values`;
  }
  return null;
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
