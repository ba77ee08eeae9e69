import 'server-only';
import type { BodyInputOf, ParameterNames, RestRoute } from '@fleetlm/protocol';
import * as z from 'zod';
import type { Outcome, Problem } from '../../common/outcome.ts';
import { serverEnv } from '../env.ts';
import { logProblem } from '../log.ts';
import { type NodeAnswer, NodePool } from './node-request.ts';

/** Whose rights a request to the cluster carries. */
export type Credential = { readonly token: string } | { readonly apiKey: true };

export interface ClusterRequest {
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  /** It may be sent again, though its method is not GET. */
  readonly changesNothing?: boolean;
  /** What it creates is created once, so it may be sent again. */
  readonly idempotencyKey?: string;
  readonly as: Credential;
  readonly timeoutMs?: number;
}

const problemSchema = z.object({
  status: z.number(),
  code: z.string(),
  title: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

let pool: NodePool | null = null;

/** Asks the cluster over REST, at the next node when one is down. The answer is parsed with `schema`. */
export async function clusterRequest<S extends z.ZodType>(
  request: ClusterRequest,
  schema: S,
): Promise<Outcome<z.output<S>>> {
  const answer = await answerTo(request);
  if (!answer.ok) return answer;
  const parsed = schema.safeParse(answer.value.body);
  if (parsed.success) return { ok: true, value: parsed.data };
  logProblem(`the answer to ${request.path} is not understood`, z.prettifyError(parsed.error));
  const detail = 'The cluster’s answer is not understood.';
  return { ok: false, problem: { status: 502, code: 'bad_gateway', detail, errors: [] } };
}

/** Likewise for an answer that is no JSON. */
export async function clusterText(request: ClusterRequest): Promise<Outcome<string>> {
  const answer = await answerTo(request);
  return answer.ok ? { ok: true, value: answer.value.text } : answer;
}

type Answered = Extract<NodeAnswer, { kind: 'answered' }>;

async function answerTo(request: ClusterRequest): Promise<Outcome<Answered>> {
  const env = serverEnv();
  const bearer = 'token' in request.as ? request.as.token : env.API_KEY;
  pool ??= new NodePool(env.NODE_URLS_INTERNAL ?? env.NODE_URLS);
  const answer = await pool.request({
    path: request.path,
    method: request.method ?? 'GET',
    bearer,
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(request.changesNothing === undefined ? {} : { changesNothing: request.changesNothing }),
    ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
    ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
  });
  if (answer.kind === 'unreachable') return { ok: false, problem: UNREACHABLE };
  if (answer.status >= 400) return { ok: false, problem: problemOf(answer) };
  return { ok: true, value: answer };
}

/** A call that is answered with one JSON document. */
type JsonRoute = RestRoute & {
  readonly answers: readonly [{ readonly body: z.ZodType }];
};

/** What a call of the protocol's table is made of. */
export type Call<R extends JsonRoute> = Pick<
  ClusterRequest,
  'as' | 'changesNothing' | 'timeoutMs'
> &
  ([ParameterNames<R['path']>] extends [never]
    ? unknown
    : { readonly params: Readonly<Record<ParameterNames<R['path']>, string>> }) &
  (R['query'] extends z.ZodType
    ? { readonly query?: Readonly<Partial<Record<keyof z.input<R['query']>, string | null>>> }
    : unknown) &
  (R['body'] extends z.ZodType ? { readonly body: BodyInputOf<R> } : unknown);

/** Makes a call of the protocol's table, whose answer it parses. Query fields that are null are left out. */
export function callCluster<R extends JsonRoute>(
  { method, path, answers }: R,
  call: Call<R>,
): Promise<Outcome<z.output<R['answers'][0]['body']>>> {
  const { params, query, body, ...request }: AnyCall = call;
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(params?.[name] ?? ''),
  );
  const given = Object.entries(query ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
  return clusterRequest<R['answers'][0]['body']>(
    { ...request, method, path: filled + search, body },
    answers[0].body,
  );
}

/** A call whose route is not known to the compiler. */
interface AnyCall extends Pick<ClusterRequest, 'as' | 'changesNothing' | 'timeoutMs'> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | null | undefined>>;
  readonly body?: unknown;
}

function problemOf(answer: Answered): Problem {
  const parsed = problemSchema.safeParse(answer.body);
  if (!parsed.success) {
    const detail = `The cluster answered with status ${answer.status}.`;
    return { status: answer.status, code: 'unknown', detail, errors: [] };
  }
  const { status, code, title, detail, errors } = parsed.data;
  return { status, code, detail: detail ?? title ?? code, errors: errors ?? [] };
}

const UNREACHABLE: Problem = {
  status: 503,
  code: 'cluster_unreachable',
  detail: 'No node of the cluster is reachable.',
  errors: [],
};
