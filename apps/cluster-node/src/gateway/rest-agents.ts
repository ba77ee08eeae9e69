import {
  type AgentAnswer,
  type AgentBody,
  type AgentsAnswer,
  type AgentsQuery,
  agentsQuerySchema,
  type CreateAgent,
  createAgentSchema,
  invalidField,
  PAGE_BYTES_MAX,
  parse,
  type RotatedSecret,
  rotateSecretSchema,
  type UpdateAgent,
  updateAgentSchema,
} from '@fleetlm/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { newSigningSecret } from '../runtime/agent-secrets.ts';
import type { AgentPatch, AgentRecord, Runtime } from '../runtime/runtime-api.ts';
import { requireOperator } from './access.ts';
import { parsedOf, RequestError, valueOrThrow } from './request-error.ts';
import { identityOf } from './rest-app.ts';
import { agentBody, isoTime } from './wire.ts';

type AgentRequest = FastifyRequest<{ Params: { id: string } }>;

/** The registrations of agents; for operators. */
export function addAgentRoutes(app: FastifyInstance, runtime: Runtime): void {
  app.post('/api/agents', async (request, reply) => {
    requireOperator(identityOf(request));
    const { agent } = parsedOf(parse(createAgentSchema, request.body));
    const draft = newAgent(agent, Date.now());
    const created = valueOrThrow(await runtime.createAgent(draft));
    const answer: AgentAnswer = { agent: { ...agentBody(created), secret: draft.secret } };
    return reply.status(201).send(answer);
  });

  app.get('/api/agents', async (request) => {
    requireOperator(identityOf(request));
    const query = parsedOf(parse(agentsQuerySchema, request.query));
    valueOrThrow(await runtime.catchUpAgents());
    return pageOf(runtime.listAgents(), query);
  });

  app.get('/api/agents/:id', async (request: AgentRequest) => {
    requireOperator(identityOf(request));
    valueOrThrow(await runtime.catchUpAgents());
    const agent = runtime.getAgent(request.params.id);
    if (agent === null)
      throw new RequestError('not_found', `there is no agent "${request.params.id}"`);
    const answer: AgentAnswer = { agent: agentBody(agent) };
    return answer;
  });

  const update = async (request: AgentRequest): Promise<AgentAnswer> => {
    requireOperator(identityOf(request));
    const { agent } = parsedOf(parse(updateAgentSchema, request.body));
    const { id } = request.params;
    if (agent.id !== undefined && agent.id !== id)
      throw new RequestError(invalidField('agent.id', 'must be the id of the path'));
    return { agent: agentBody(valueOrThrow(await runtime.patchAgent(id, patchOf(agent)))) };
  };
  app.patch('/api/agents/:id', update);
  app.put('/api/agents/:id', update);

  app.post('/api/agents/:id/secret/rotate', async (request: AgentRequest) => {
    requireOperator(identityOf(request));
    const { overlap_s } = parsedOf(parse(rotateSecretSchema, request.body ?? {}));
    const { secret, previousUntilMs } = valueOrThrow(
      await runtime.rotateSecret(request.params.id, overlap_s * 1000),
    );
    const answer: RotatedSecret = {
      secret,
      previous_until: previousUntilMs === null ? null : isoTime(previousUntilMs),
    };
    return answer;
  });

  app.delete('/api/agents/:id', async (request: AgentRequest) => {
    requireOperator(identityOf(request));
    const patch = { status: 'disabled' } as const;
    const agent = valueOrThrow(await runtime.patchAgent(request.params.id, patch));
    const answer: AgentAnswer = { agent: agentBody(agent) };
    return answer;
  });
}

/** Registrations are never taken away, so that the place of `after` stays. */
function pageOf(
  agents: readonly AgentRecord[],
  { status, after, limit }: AgentsQuery,
): AgentsAnswer {
  const place = agents.findIndex(({ id }) => id === after);
  if (after !== undefined && place < 0)
    throw new RequestError(invalidField('after', 'must be the id of an agent'));
  const page: AgentBody[] = [];
  let bytes = 0;
  for (const agent of agents.slice(place + 1)) {
    if (status !== undefined && agent.status !== status) continue;
    const body = agentBody(agent);
    bytes += Buffer.byteLength(JSON.stringify(body)) + 1;
    if (page.length >= limit || (page.length > 0 && bytes > PAGE_BYTES_MAX))
      return { agents: page, has_more: true };
    page.push(body);
  }
  return { agents: page, has_more: false };
}

function newAgent(agent: CreateAgent['agent'], nowMs: number): Omit<AgentRecord, 'previousSecret'> {
  return {
    id: agent.id,
    name: agent.name,
    originUrl: agent.origin_url,
    webhookPath: agent.webhook_path,
    messageHistoryMode: agent.message_history_mode,
    messageHistoryLimit: agent.message_history_limit,
    timeoutMs: agent.timeout_ms,
    connectTimeoutMs: agent.connect_timeout_ms,
    idleTimeoutMs: agent.idle_timeout_ms,
    totalTimeoutMs: agent.total_timeout_ms,
    debounceWindowMs: agent.debounce_window_ms,
    whileAnswering: agent.while_answering,
    afterNodeLoss: agent.after_node_loss,
    compactionWebhookUrl: agent.compaction_webhook_url,
    compactionTokenBudget: agent.compaction_token_budget,
    compactionTriggerRatio: agent.compaction_trigger_ratio,
    headers: agent.headers,
    status: agent.status,
    secret: agent.secret ?? newSigningSecret(),
    insertedAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** Only what was given: what is left out stays as it is. */
function patchOf(agent: UpdateAgent['agent']): AgentPatch {
  const patch = {
    name: agent.name,
    originUrl: agent.origin_url,
    webhookPath: agent.webhook_path,
    messageHistoryMode: agent.message_history_mode,
    messageHistoryLimit: agent.message_history_limit,
    timeoutMs: agent.timeout_ms,
    connectTimeoutMs: agent.connect_timeout_ms,
    idleTimeoutMs: agent.idle_timeout_ms,
    totalTimeoutMs: agent.total_timeout_ms,
    debounceWindowMs: agent.debounce_window_ms,
    whileAnswering: agent.while_answering,
    afterNodeLoss: agent.after_node_loss,
    compactionWebhookUrl: agent.compaction_webhook_url,
    compactionTokenBudget: agent.compaction_token_budget,
    compactionTriggerRatio: agent.compaction_trigger_ratio,
    headers: agent.headers,
    status: agent.status,
    secret: agent.secret,
  } satisfies AgentPatch;
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}
