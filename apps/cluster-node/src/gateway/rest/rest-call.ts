import type {
  AnswerOf,
  BodyOf,
  ErrorsOf,
  HeadersOf,
  ParamsOf,
  QueryOf,
  Rest,
  RestName,
  RestOwner,
  RestRoute,
} from '@fleetlm/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Sender, SessionView } from '../../runtime/runtime-api.ts';
import type { Identity } from '../access/identity.ts';
import type { Refusals } from '../refusals.ts';

/** What the owner of the call's data is, once it is known to be the caller's. */
interface Owned {
  readonly session: { readonly session: SessionView };
  readonly user: { readonly userId: string };
  readonly sender: { readonly sender: Sender };
  readonly chat: unknown;
}

/** A call that was parsed and authorized, as the route's line in the table says. */
export type RestCall<R extends RestRoute> = {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly params: ParamsOf<R>;
  readonly headers: HeadersOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
} & Refusals<ErrorsOf<R>> &
  (R['access'] extends 'anyone' | 'signed' ? unknown : { readonly identity: Identity }) &
  (R extends { readonly owner: infer O extends RestOwner } ? Owned[O] : unknown);

/** The handler has taken the response over. */
export const STREAMED = { isStreamed: true } as const;

type Streamed<R extends RestRoute> = R['answers'][number] extends infer A
  ? A extends { readonly body: { readonly mediaType: string } }
    ? typeof STREAMED
    : never
  : never;

export type Handler<R extends RestRoute> = (
  call: RestCall<R>,
) => AnswerOf<R> | Promise<AnswerOf<R> | Streamed<R>>;

/** One handler for every call of the table. */
export type Handlers = { readonly [N in RestName]: Handler<Rest[N]> };
