import {
  BODY_BYTES_MAX,
  errorsOf,
  invalidField,
  parse,
  REST,
  type RestParameter,
  type RestRoute,
} from '@fleetlm/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Runtime, Sender, SessionView } from '../../runtime/runtime-api.ts';
import { requireSelf, visibleSession } from '../access/access.ts';
import type { Identity } from '../access/identity.ts';
import { identityOf } from '../access/route-access.ts';
import { type Refusals, refusals } from '../refusals.ts';
import { parsedOf, RequestError } from '../request-error.ts';
import { type Handlers, STREAMED } from './rest-call.ts';

/** Serves every call of the table. Access is decided before the body is read: see `enforceAccess`. */
export function serveRoutes(
  app: FastifyInstance,
  runtime: Pick<Runtime, 'getSession'>,
  handlers: Handlers,
): void {
  for (const name of Object.keys(REST)) if (isRestName(name)) serve(app, runtime, name, handlers);
}

function isRestName(name: string): name is keyof Handlers {
  return Object.hasOwn(REST, name);
}

/** A call whose route is not known to the compiler. */
interface AnyCall extends Parts, Refusals<never> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly identity: Identity | null;
  readonly session?: SessionView;
  readonly userId?: string;
  readonly sender?: Sender;
}

interface AnyAnswer {
  readonly status: number;
  readonly body: unknown;
}

function serve(
  app: FastifyInstance,
  runtime: Pick<Runtime, 'getSession'>,
  name: keyof Handlers,
  handlers: Handlers,
): void {
  const route: RestRoute = REST[name];
  // The one place where the types of a route and its handler meet: the call is made of the route of the same name.
  const handler = handlers[name] as unknown as (call: AnyCall) => unknown;
  const documented = new Set(errorsOf(route));
  const [answer, ...others] = route.answers;
  if (answer === undefined) throw new Error(`${name} has no answer`);
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit: route.bodyBytesMax ?? BODY_BYTES_MAX,
    config: {
      access: route.access,
      ...(route.rawBody === undefined ? {} : { rawBody: route.rawBody.mediaType }),
    },
    handler: async (request, reply) => {
      try {
        const parts = partsOf(route, request);
        const identity = isIdentified(route) ? identityOf(request) : null;
        const owned = ownedOf(route, parts, identity);
        const session =
          route.owner === 'session' && identity !== null
            ? {
                session: await visibleSession(
                  runtime,
                  identity,
                  fieldOf(parts.params, 'id') ?? '',
                  refusals(),
                ),
              }
            : null;
        const call = { request, reply, identity, ...parts, ...refusals(), ...owned, ...session };
        const answered = await handler(call);
        if (answered === STREAMED) return reply;
        const { status, body } =
          others.length === 0 ? { status: answer.status, body: answered } : (answered as AnyAnswer);
        return body === null ? reply.status(status).send() : reply.status(status).send(body);
      } catch (error) {
        if (!(error instanceof RequestError) || documented.has(error.failure.code)) throw error;
        throw new Error(`${name} was answered with ${error.failure.code}, which it must not be`, {
          cause: error,
        });
      }
    },
  });
}

/** A signed link says by itself what its holder may do. */
function isIdentified({ access }: RestRoute): boolean {
  return access === 'user' || access === 'operator';
}

interface Parts {
  readonly params: Readonly<Record<string, unknown>>;
  readonly headers: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** What was sent, parsed. Throws `invalid_request`, `payload_too_large`, or `not_found` for a name that names nothing. */
function partsOf(route: RestRoute, request: FastifyRequest): Parts {
  const { headers, query, body, isBodyOptional, params } = route;
  const sent = isBodyOptional === true ? (request.body ?? {}) : request.body;
  return {
    headers: headers === undefined ? undefined : parsedOf(parse(headers, request.headers)),
    query: query === undefined ? undefined : parsedOf(parse(query, request.query)),
    body: body === undefined ? undefined : parsedOf(parse(body, sent)),
    params: paramsOf(params ?? {}, request.params),
  };
}

function paramsOf(
  params: Readonly<Record<string, RestParameter>>,
  sent: unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(params).map(([name, { schema, otherwise, missing }]) => {
      const text = fieldOf(sent, name);
      const parsed = parse(schema, text);
      if (!parsed.ok && otherwise === 'not_found')
        throw new RequestError({ code: 'not_found', detail: missing(String(text)) });
      return [name, parsedOf(parsed)];
    }),
  );
}

/** Throws `forbidden` for what is another user's. */
function ownedOf(
  { owner }: RestRoute,
  { query, body }: Parts,
  identity: Identity | null,
): { readonly userId: string } | { readonly sender: Sender } | null {
  if (identity === null) return null;
  const userId = fieldOf(body, 'user_id') ?? fieldOf(query, 'user_id');
  switch (owner) {
    case 'user':
      return { userId: subjectOf(identity, userId) };
    case 'sender':
      return { sender: senderOf(identity, userId, fieldOf(body, 'agent_id')) };
    default:
      return null;
  }
}

/** The user that is named, or the caller. */
function subjectOf(identity: Identity, userId: string | undefined): string {
  if (userId !== undefined) {
    requireSelf(identity, userId);
    return userId;
  }
  if (identity.type === 'user') return identity.userId;
  throw new RequestError(invalidField('user_id', 'is required'));
}

function senderOf(
  identity: Identity,
  userId: string | undefined,
  agentId: string | undefined,
): Sender {
  if (userId !== undefined) {
    requireSelf(identity, userId);
    return { type: 'user', id: userId };
  }
  if (identity.type === 'user' || agentId === undefined)
    throw new RequestError({ code: 'forbidden', detail: 'a user cannot send as an agent' });
  return { type: 'agent', id: agentId };
}

function fieldOf(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const field: unknown = Reflect.get(value, name);
  return typeof field === 'string' ? field : undefined;
}
