import 'server-only';
import {
  type AgentBody,
  type AgentStatsAnswer,
  type AgentTestBody,
  agentAnswerSchema,
  agentSchema,
  agentStatsAnswerSchema,
  agentsAnswerSchema,
  agentTestAnswerSchema,
  type CreateAgentInput,
  type DeadLettersAnswer,
  type DeliveriesAnswer,
  type DeliveryAnswer,
  deadLettersAnswerSchema,
  deliveriesAnswerSchema,
  deliveryAnswerSchema,
  type Replay,
  type ReplayAnswer,
  type RotatedSecret,
  replayAnswerSchema,
  rotatedSecretSchema,
  type TestAgent,
  type UpdateAgent,
} from '@fleetlm/protocol';
import * as z from 'zod';
import type { Outcome } from '../../common/outcome.ts';
import { clusterRequest } from './cluster-api.ts';

/** Agents, and what their owner sees and does; all with the rights of the application, so callers check the person. */

const AS = { apiKey: true } as const;
/** A test call may take thirty seconds. */
const TEST_TIMEOUT_MS = 40_000;

function pathOf(agentId: string, rest = ''): string {
  return `/api/agents/${encodeURIComponent(agentId)}${rest}`;
}

function queryOf(query: Readonly<Record<string, string | null>>): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** All agents, by name. */
export async function listAgents(
  status?: AgentBody['status'],
): Promise<Outcome<readonly AgentBody[]>> {
  const path = `/api/agents${queryOf({ status: status ?? null })}`;
  const result = await clusterRequest({ path, as: AS }, agentsAnswerSchema);
  if (!result.ok) return result;
  return { ok: true, value: result.value.agents.sort((a, b) => a.name.localeCompare(b.name)) };
}

const registeredSchema = z.strictObject({ agent: agentSchema.required({ secret: true }) });

/** The answer holds the signing secret, which is never shown again. What is wrong is said by the cluster, field by field. */
export async function registerAgent(
  agent: CreateAgentInput['agent'],
): Promise<Outcome<{ readonly secret: string }>> {
  const request = { path: '/api/agents', method: 'POST', body: { agent }, as: AS } as const;
  const result = await clusterRequest(request, registeredSchema);
  return result.ok ? { ok: true, value: { secret: result.value.agent.secret } } : result;
}

export async function getAgent(agentId: string): Promise<Outcome<AgentBody>> {
  const result = await clusterRequest({ path: pathOf(agentId), as: AS }, agentAnswerSchema);
  return result.ok ? { ok: true, value: result.value.agent } : result;
}

/** The fields that are given change. */
export async function updateAgent(
  agentId: string,
  agent: UpdateAgent['agent'],
): Promise<Outcome<AgentBody>> {
  const request = { path: pathOf(agentId), method: 'PATCH', body: { agent }, as: AS } as const;
  const result = await clusterRequest(request, agentAnswerSchema);
  return result.ok ? { ok: true, value: result.value.agent } : result;
}

export function agentStats(agentId: string): Promise<Outcome<AgentStatsAnswer>> {
  return clusterRequest({ path: pathOf(agentId, '/stats'), as: AS }, agentStatsAnswerSchema);
}

export function listDeliveries(
  agentId: string,
  query: { readonly state: string | null; readonly cursor: string | null },
): Promise<Outcome<DeliveriesAnswer>> {
  const path = pathOf(agentId, `/deliveries${queryOf(query)}`);
  return clusterRequest({ path, as: AS }, deliveriesAnswerSchema);
}

/** One turn, with what went over the wire. */
export function getDelivery(agentId: string, deliveryId: string): Promise<Outcome<DeliveryAnswer>> {
  const path = pathOf(agentId, `/deliveries/${encodeURIComponent(deliveryId)}`);
  return clusterRequest({ path, as: AS }, deliveryAnswerSchema);
}

/** The groups; with `group` the turns of that one, too. */
export function deadLetters(
  agentId: string,
  query: { readonly group: string | null; readonly cursor: string | null },
): Promise<Outcome<DeadLettersAnswer>> {
  const path = pathOf(agentId, `/dead-letters${queryOf(query)}`);
  return clusterRequest({ path, as: AS }, deadLettersAnswerSchema);
}

export function replayDeadLetters(agentId: string, which: Replay): Promise<Outcome<ReplayAnswer>> {
  const path = pathOf(agentId, '/dead-letters/replay');
  return clusterRequest({ path, method: 'POST', body: which, as: AS }, replayAnswerSchema);
}

/** The new secret is in the answer, and nowhere else. */
export function rotateSecret(agentId: string, overlapS: number): Promise<Outcome<RotatedSecret>> {
  const path = pathOf(agentId, '/secret/rotate');
  const body = { overlap_s: overlapS };
  return clusterRequest({ path, method: 'POST', body, as: AS }, rotatedSecretSchema);
}

/** Calls the agent once, with messages that are marked as a test. */
export async function testAgent(
  agentId: string,
  asked: TestAgent,
): Promise<Outcome<AgentTestBody>> {
  const request = {
    path: pathOf(agentId, '/test'),
    method: 'POST',
    body: asked,
    as: AS,
    timeoutMs: TEST_TIMEOUT_MS,
  } as const;
  const result = await clusterRequest(request, agentTestAnswerSchema);
  return result.ok ? { ok: true, value: result.value.test } : result;
}

/** The same for an address that is not registered yet. */
export async function testAddress(agent: {
  readonly origin_url: string;
  readonly webhook_path: string;
}): Promise<Outcome<AgentTestBody>> {
  const request = {
    path: '/api/agents/test',
    method: 'POST',
    body: { agent },
    as: AS,
    timeoutMs: TEST_TIMEOUT_MS,
  } as const;
  const result = await clusterRequest(request, agentTestAnswerSchema);
  return result.ok ? { ok: true, value: result.value.test } : result;
}
