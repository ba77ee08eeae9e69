import {
  type AgentBody,
  type AgentsAnswer,
  type AgentsQuery,
  type CreateAgent,
  IDEMPOTENCY_HEADER,
  invalidField,
  PAGE_BYTES_MAX,
  type Rest,
  settingsOf,
  settingsOfNew,
  type UpdateAgent,
  ungrouped,
  wrongSettings,
} from '@fleetlm/protocol';
import { newSigningSecret } from '../../runtime/agent-secrets.ts';
import type { AgentPatch, AgentRecord, Runtime } from '../../runtime/runtime-api.ts';
import { agentBody, isoTime } from '../wire.ts';
import { createAgentOnce, REPLAYED_HEADER } from './idempotent-creation.ts';
import type { Handlers, RestCall } from './rest-call.ts';

type Update = Pick<RestCall<Rest['updateAgent']>, 'params' | 'body' | 'value' | 'refuse'>;

/** The registrations of agents. */
export function agentHandlers(runtime: Runtime) {
  const updateAgent = async ({ params, body, value, refuse }: Update) => {
    const { agent } = body;
    if (agent.id !== undefined && agent.id !== params.id)
      throw refuse(invalidField('agent.id', 'must be the id of the path'));
    const registered = runtime.getAgent(params.id);
    if (registered !== null)
      refuseWrongSettings(
        updated({ ...agentBody(registered), model: registered.model }, agent),
        refuse,
      );
    return { agent: agentBody(value(await runtime.patchAgent(params.id, patchOf(agent)))) };
  };

  return {
    createAgent: async ({ identity, headers, body, reply, value, refuse }) => {
      refuseWrongSettings(
        { ...body.agent, model: body.agent.adapter_options.model ?? null },
        refuse,
      );
      const nowMs = Date.now();
      const key = headers[IDEMPOTENCY_HEADER];
      const draft = (secret: string) => newAgent(body.agent, secret, nowMs);
      const given = body.agent.secret ?? null;
      if (key === undefined) {
        const agent = draft(given ?? newSigningSecret());
        return withSecret(value(await runtime.createAgent(agent)), agent.secret);
      }
      const creation = { identity, key, nowMs, draft, secret: given, value, refuse };
      const { agent, isReplayed } = await createAgentOnce(runtime, creation);
      if (isReplayed) reply.header(REPLAYED_HEADER, 'true');
      return withSecret(agent, agent.secret);
    },

    listAgents: async ({ query, value, refuse }) => {
      value(await runtime.catchUpAgents());
      const agents = runtime.listAgents();
      const { after } = query;
      if (after !== undefined && !agents.some(({ id }) => id === after))
        throw refuse(invalidField('after', 'must be the id of an agent'));
      return pageOf(agents, query);
    },

    getAgent: async ({ params, value, refuse }) => {
      value(await runtime.catchUpAgents());
      const agent = runtime.getAgent(params.id);
      if (agent === null)
        throw refuse({ code: 'not_found', detail: `there is no agent "${params.id}"` });
      return { agent: agentBody(agent) };
    },

    updateAgent,
    putAgent: updateAgent,

    rotateSecret: async ({ params, body, value }) => {
      const { secret, previousUntilMs } = value(
        await runtime.rotateSecret(params.id, body.overlap_s * 1000),
      );
      const previousUntil = previousUntilMs === null ? null : isoTime(previousUntilMs);
      return { secret, previous_until: previousUntil };
    },

    eraseAgent: async ({ params, value }) => {
      value(await runtime.deleteAgent(params.id));
      return null;
    },

    disableAgent: async ({ params, value }) => ({
      agent: agentBody(value(await runtime.patchAgent(params.id, { status: 'disabled' }))),
    }),
  } satisfies Partial<Handlers>;
}

type JointSettings = Parameters<typeof wrongSettings>[0];

/** As they would be after the update. */
function updated(registered: JointSettings, update: UpdateAgent['agent']): JointSettings {
  const { timeout_ms, idle_timeout_ms, total_timeout_ms, adapter, adapter_options } = update;
  const { model } = adapter_options ?? {};
  return {
    timeout_ms: timeout_ms ?? registered.timeout_ms,
    idle_timeout_ms: idle_timeout_ms === undefined ? registered.idle_timeout_ms : idle_timeout_ms,
    total_timeout_ms:
      total_timeout_ms === undefined ? registered.total_timeout_ms : total_timeout_ms,
    adapter: adapter ?? registered.adapter,
    model: model === undefined ? registered.model : model,
  };
}

function refuseWrongSettings(
  agent: JointSettings,
  refuse: (failure: ReturnType<typeof invalidField>) => Error,
): void {
  const wrong = wrongSettings(agent);
  if (wrong !== null) throw refuse(invalidField(`agent.${wrong.field}`, wrong.message));
}

/** The place of `after` stays as long as it is registered. */
function pageOf(
  agents: readonly AgentRecord[],
  { status, after, limit }: AgentsQuery,
): AgentsAnswer {
  const place = agents.findIndex(({ id }) => id === after);
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

function withSecret(agent: AgentRecord, secret: string) {
  return { agent: { ...agentBody(agent), secret } };
}

function newAgent(agent: CreateAgent['agent'], secret: string, nowMs: number): AgentRecord {
  return {
    id: agent.id,
    ...settingsOfNew(agent),
    secret,
    previousSecret: null,
    insertedAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** Only what was given: what is left out stays as it is. */
function patchOf(agent: UpdateAgent['agent']): AgentPatch {
  const { secret } = agent;
  return { ...settingsOf(ungrouped(agent)), ...(secret === undefined ? {} : { secret }) };
}
