import 'server-only';
import {
  type AgentBody,
  type AgentTestBody,
  agentSchema,
  type CreateAgentInput,
  REST,
  type Replay,
  type RestAnswerOf,
  type TestAgent,
  type TestNewAgent,
  type UpdateAgent,
} from '@fleetlm/protocol';
import * as z from 'zod';
import type { Outcome } from '../../common/outcome.ts';
import { callCluster, clusterRequest, clusterText } from './cluster-api.ts';

/** Agents, and what their owner sees and does; all with the rights of the application, so callers check the person. */

const AS = { apiKey: true } as const;
/** A test call may take thirty seconds. */
const TEST_TIMEOUT_MS = 40_000;

/** All agents, by name. */
export async function listAgents(
  status: AgentBody['status'] | null = null,
): Promise<Outcome<readonly AgentBody[]>> {
  const agents: AgentBody[] = [];
  for (;;) {
    const after = agents.at(-1)?.id ?? null;
    const page = await callCluster(REST.listAgents, { query: { status, after }, as: AS });
    if (!page.ok) return page;
    agents.push(...page.value.agents);
    if (!page.value.has_more || page.value.agents.length === 0) break;
  }
  return { ok: true, value: agents.sort((a, b) => a.name.localeCompare(b.name)) };
}

const registeredSchema = z.strictObject({ agent: agentSchema.required({ secret: true }) });

/** The answer holds the signing secret, which is never shown again. What is wrong is said by the cluster, field by field. */
export async function registerAgent(
  agent: CreateAgentInput['agent'],
): Promise<Outcome<{ readonly secret: string }>> {
  const { method, path } = REST.createAgent;
  const result = await clusterRequest({ method, path, body: { agent }, as: AS }, registeredSchema);
  return result.ok ? { ok: true, value: { secret: result.value.agent.secret } } : result;
}

export async function getAgent(id: string): Promise<Outcome<AgentBody>> {
  const result = await callCluster(REST.getAgent, { params: { id }, as: AS });
  return result.ok ? { ok: true, value: result.value.agent } : result;
}

/** The fields that are given change. */
export async function updateAgent(
  id: string,
  agent: UpdateAgent['agent'],
): Promise<Outcome<AgentBody>> {
  const result = await callCluster(REST.updateAgent, { params: { id }, body: { agent }, as: AS });
  return result.ok ? { ok: true, value: result.value.agent } : result;
}

/** For good; its conversations stay. */
export function eraseAgent(id: string): Promise<Outcome<unknown>> {
  const { method, path } = REST.eraseAgent;
  const request = { method, path: path.replace(':id', encodeURIComponent(id)), as: AS };
  return clusterRequest(request, z.unknown());
}

export function agentStats(id: string): Promise<Outcome<RestAnswerOf<'getAgentStats'>>> {
  return callCluster(REST.getAgentStats, { params: { id }, as: AS });
}

/** Of the last 30 days. */
export function agentUsage(
  id: string,
  by: 'day' | 'user',
): Promise<Outcome<RestAnswerOf<'getUsage'>>> {
  return callCluster(REST.getUsage, { params: { id }, query: { by }, as: AS });
}

/** The same as CSV. */
export function agentUsageCsv(id: string, by: 'day' | 'user'): Promise<Outcome<string>> {
  const path = REST.getUsageCsv.path.replace(':id', encodeURIComponent(id));
  return clusterText({ path: `${path}?by=${by}`, as: AS });
}

export function agentFeedback(
  id: string,
  query: { readonly rating: string | null; readonly cursor: string | null },
): Promise<Outcome<RestAnswerOf<'listAgentFeedback'>>> {
  return callCluster(REST.listAgentFeedback, { params: { id }, query, as: AS });
}

export function feedbackStats(id: string): Promise<Outcome<RestAnswerOf<'getFeedbackStats'>>> {
  return callCluster(REST.getFeedbackStats, { params: { id }, query: {}, as: AS });
}

/** The newest part of an export. */
export function agentFeedbackFile(id: string, form: 'csv' | 'jsonl'): Promise<Outcome<string>> {
  const { path } = form === 'csv' ? REST.exportFeedbackCsv : REST.exportFeedbackLines;
  return clusterText({ path: path.replace(':id', encodeURIComponent(id)), as: AS });
}

export function listDeliveries(
  id: string,
  query: { readonly state: string | null; readonly cursor: string | null },
): Promise<Outcome<RestAnswerOf<'listDeliveries'>>> {
  return callCluster(REST.listDeliveries, { params: { id }, query, as: AS });
}

/** One turn, with what went over the wire. */
export function getDelivery(
  id: string,
  delivery_id: string,
): Promise<Outcome<RestAnswerOf<'getDelivery'>>> {
  return callCluster(REST.getDelivery, { params: { id, delivery_id }, as: AS });
}

/** The groups; with `group` the turns of that one, too. */
export function deadLetters(
  id: string,
  query: { readonly group: string | null; readonly cursor: string | null },
): Promise<Outcome<RestAnswerOf<'listDeadLetters'>>> {
  return callCluster(REST.listDeadLetters, { params: { id }, query, as: AS });
}

export function replayDeadLetters(
  id: string,
  which: Replay,
): Promise<Outcome<RestAnswerOf<'replayDeadLetters'>>> {
  return callCluster(REST.replayDeadLetters, { params: { id }, body: which, as: AS });
}

/** The new secret is in the answer, and nowhere else. */
export function rotateSecret(
  id: string,
  overlap_s: number,
): Promise<Outcome<RestAnswerOf<'rotateSecret'>>> {
  return callCluster(REST.rotateSecret, { params: { id }, body: { overlap_s }, as: AS });
}

/** Calls the agent once, with messages that are marked as a test. */
export async function testAgent(id: string, asked: TestAgent): Promise<Outcome<AgentTestBody>> {
  const call = { params: { id }, body: asked, as: AS, timeoutMs: TEST_TIMEOUT_MS };
  const result = await callCluster(REST.testAgent, call);
  return result.ok ? { ok: true, value: result.value.test } : result;
}

/** The same for an address that is not registered yet. */
export async function testAddress(agent: TestNewAgent['agent']): Promise<Outcome<AgentTestBody>> {
  const call = { body: { agent }, as: AS, timeoutMs: TEST_TIMEOUT_MS };
  const result = await callCluster(REST.testNewAgent, call);
  return result.ok ? { ok: true, value: result.value.test } : result;
}
