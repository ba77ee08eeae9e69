import 'server-only';
import {
  type AgentBody,
  type AgentTestBody,
  REST,
  type Replay,
  type RestAnswerOf,
  type TestAgent,
  type UpdateAgent,
} from '@fleetlm/protocol';
import { type ClusterResult, callCluster } from './cluster-api.ts';

/** What an agent's owner sees and does; everything with the rights of the application, so callers check the person. */

const AS = { apiKey: true } as const;
/** A test call may take thirty seconds. */
const TEST_TIMEOUT_MS = 40_000;

export async function getAgent(id: string): Promise<ClusterResult<AgentBody>> {
  const result = await callCluster(REST.getAgent, { params: { id }, as: AS });
  return result.ok ? { ok: true, value: result.value.agent } : result;
}

/** The fields that are given change. */
export async function updateAgent(
  id: string,
  agent: UpdateAgent['agent'],
): Promise<ClusterResult<AgentBody>> {
  const result = await callCluster(REST.updateAgent, { params: { id }, body: { agent }, as: AS });
  return result.ok ? { ok: true, value: result.value.agent } : result;
}

export function agentStats(id: string): Promise<ClusterResult<RestAnswerOf<'getAgentStats'>>> {
  return callCluster(REST.getAgentStats, { params: { id }, as: AS });
}

export function listDeliveries(
  id: string,
  query: { readonly state: string | null; readonly cursor: string | null },
): Promise<ClusterResult<RestAnswerOf<'listDeliveries'>>> {
  return callCluster(REST.listDeliveries, { params: { id }, query, as: AS });
}

/** One turn, with what went over the wire. */
export function getDelivery(
  id: string,
  delivery_id: string,
): Promise<ClusterResult<RestAnswerOf<'getDelivery'>>> {
  return callCluster(REST.getDelivery, { params: { id, delivery_id }, as: AS });
}

/** The groups; with `group` the turns of that one, too. */
export function deadLetters(
  id: string,
  query: { readonly group: string | null; readonly cursor: string | null },
): Promise<ClusterResult<RestAnswerOf<'listDeadLetters'>>> {
  return callCluster(REST.listDeadLetters, { params: { id }, query, as: AS });
}

export function replayDeadLetters(
  id: string,
  which: Replay,
): Promise<ClusterResult<RestAnswerOf<'replayDeadLetters'>>> {
  return callCluster(REST.replayDeadLetters, { params: { id }, body: which, as: AS });
}

/** The new secret is in the answer, and nowhere else. */
export function rotateSecret(
  id: string,
  overlap_s: number,
): Promise<ClusterResult<RestAnswerOf<'rotateSecret'>>> {
  return callCluster(REST.rotateSecret, { params: { id }, body: { overlap_s }, as: AS });
}

/** Calls the agent once, with messages that are marked as a test. */
export async function testAgent(
  id: string,
  asked: TestAgent,
): Promise<ClusterResult<AgentTestBody>> {
  const call = { params: { id }, body: asked, as: AS, timeoutMs: TEST_TIMEOUT_MS };
  const result = await callCluster(REST.testAgent, call);
  return result.ok ? { ok: true, value: result.value.test } : result;
}

/** The same for an address that is not registered yet. */
export async function testAddress(agent: {
  readonly origin_url: string;
  readonly webhook_path: string;
}): Promise<ClusterResult<AgentTestBody>> {
  const call = { body: { agent }, as: AS, timeoutMs: TEST_TIMEOUT_MS };
  const result = await callCluster(REST.testNewAgent, call);
  return result.ok ? { ok: true, value: result.value.test } : result;
}
