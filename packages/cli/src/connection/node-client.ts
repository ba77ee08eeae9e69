import {
  REST,
  type RestAnswerOf,
  type RestBodyOf,
  type RestName,
  type RestRoute,
} from '@fleetlm/protocol';
import * as z from 'zod';
import { type HttpConnection, jsonOf } from './http-connection.ts';

export interface NodeRequest<N extends RestName> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: RestBodyOf<N>;
}

/** Calls a node as the contract has it: paths, bodies and answers come from the table of routes. */
export class NodeClient {
  readonly #connection: HttpConnection;

  constructor(connection: HttpConnection) {
    this.#connection = connection;
  }

  get url(): string {
    return this.#connection.url;
  }

  /** Rejects with a CommandFailure: unreachable, unauthorized, refused, or an answer that the contract does not have. */
  async call<N extends RestName>(
    name: N,
    { params = {}, query = {}, body }: NodeRequest<N> = {},
  ): Promise<RestAnswerOf<N>> {
    const route: RestRoute = REST[name];
    const connection = this.#connection;
    if (route.access !== 'anyone') connection.requireToken();
    const path = route.path.replaceAll(/:(\w+)/g, (_, parameter: string) =>
      encodeURIComponent(params[parameter] ?? ''),
    );
    const response = await connection.exchange({ method: route.method, path, query, body });
    const answer = route.answers.find(({ status }) => status === response.status);
    if (answer === undefined) throw connection.refused(response);
    if (answer.body !== undefined && 'mediaType' in answer.body)
      throw connection.unknown('no JSON');
    // An answer without a body is null, as the contract's types have it.
    const parsed = (answer.body ?? z.null()).safeParse(
      answer.body === undefined ? null : jsonOf(response.text),
    );
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw connection.unknown(`${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
    }
    const value: unknown =
      route.answers.length === 1 ? parsed.data : { status: response.status, body: parsed.data };
    // The schema of the same route has just accepted it.
    return value as RestAnswerOf<N>;
  }
}
