import 'server-only';
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
export async function clusterRequest<T>(
  request: ClusterRequest,
  schema: z.ZodType<T>,
): Promise<Outcome<T>> {
  const env = serverEnv();
  const bearer = 'token' in request.as ? request.as.token : env.API_KEY;
  pool ??= new NodePool(env.NODE_URLS);
  const answer = await pool.request({
    path: request.path,
    method: request.method ?? 'GET',
    bearer,
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(request.changesNothing === undefined ? {} : { changesNothing: request.changesNothing }),
    ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
  });
  if (answer.kind === 'unreachable') return { ok: false, problem: UNREACHABLE };
  if (answer.status >= 400) return { ok: false, problem: problemOf(answer) };
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return { ok: true, value: parsed.data };
  logProblem(`the answer to ${request.path} is not understood`, z.prettifyError(parsed.error));
  const detail = 'The cluster’s answer is not understood.';
  return { ok: false, problem: { status: 502, code: 'bad_gateway', detail, errors: [] } };
}

function problemOf(answer: Extract<NodeAnswer, { kind: 'answered' }>): Problem {
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
  detail: 'No node of the cluster can be reached now.',
  errors: [],
};
