import {
  type AgentBody,
  type AgentsAnswer,
  type AgentsQuery,
  type CreateAgent,
  invalidField,
  PAGE_BYTES_MAX,
  type Rest,
  settingsOf,
  type UpdateAgent,
  wrongSettings,
} from '@fleetlm/protocol';
import { newSigningSecret } from '../../runtime/agent-secrets.ts';
import type { AgentPatch, AgentRecord, Runtime } from '../../runtime/runtime-api.ts';
import { agentBody, isoTime } from '../wire.ts';
import type { Handlers, RestCall } from './rest-call.ts';

type Update = Pick<RestCall<Rest['updateAgent']>, 'params' | 'body' | 'value' | 'refuse'>;

/** The registrations of agents. */
export function agentHandlers(runtime: Runtime) {
  const updateAgent = async ({ params, body, value, refuse }: Update) => {
    const { agent } = body;
    if (agent.id !== undefined && agent.id !== params.id)
      throw refuse(invalidField('agent.id', 'must be the id of the path'));
    const registered = runtime.getAgent(params.id);
    if (registered !== null) refuseWrongSettings(updated(agentBody(registered), agent), refuse);
    return { agent: agentBody(value(await runtime.patchAgent(params.id, patchOf(agent)))) };
  };

  return {
    createAgent: async ({ body, value, refuse }) => {
      refuseWrongSettings(body.agent, refuse);
      const draft = newAgent(body.agent, Date.now());
      const created = value(await runtime.createAgent(draft));
      return { agent: { ...agentBody(created), secret: draft.secret } };
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
  const { timeout_ms, idle_timeout_ms, total_timeout_ms, protocol, model } = update;
  return {
    timeout_ms: timeout_ms ?? registered.timeout_ms,
    idle_timeout_ms: idle_timeout_ms === undefined ? registered.idle_timeout_ms : idle_timeout_ms,
    total_timeout_ms:
      total_timeout_ms === undefined ? registered.total_timeout_ms : total_timeout_ms,
    protocol: protocol ?? registered.protocol,
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

function newAgent(agent: CreateAgent['agent'], nowMs: number): Omit<AgentRecord, 'previousSecret'> {
  return {
    id: agent.id,
    ...settingsOf(agent),
    secret: agent.secret ?? newSigningSecret(),
    insertedAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/** Only what was given: what is left out stays as it is. */
function patchOf(agent: UpdateAgent['agent']): AgentPatch {
  const { secret } = agent;
  return { ...settingsOf(agent), ...(secret === undefined ? {} : { secret }) };
}
