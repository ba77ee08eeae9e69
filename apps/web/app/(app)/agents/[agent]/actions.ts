'use server';

import {
  type AgentTestBody,
  parse,
  type ReplayAnswer,
  testAgentSchema,
  type UpdateAgent,
  updateAgentSchema,
} from '@fleetlm/protocol';
import { revalidatePath } from 'next/cache';
import type * as z from 'zod';
import { replayDeadLetters, rotateSecret, testAgent, updateAgent } from '@/lib/agent-owner.ts';
import type { Outcome } from '@/lib/outcome.ts';
import { requireOwner } from '@/lib/session.ts';

export async function replay(
  agentId: string,
  which: { readonly ids: readonly string[] } | { readonly group: string },
): Promise<Outcome<ReplayAnswer>> {
  await requireOwner();
  const result = await replayDeadLetters(agentId, which);
  if (result.ok) revalidatePath(`/agents/${agentId}`, 'layout');
  return result;
}

export async function rotate(
  agentId: string,
  overlapS: number,
): Promise<Outcome<{ readonly secret: string; readonly previous_until: string | null }>> {
  await requireOwner();
  const result = await rotateSecret(agentId, overlapS);
  if (result.ok) revalidatePath(`/agents/${agentId}`, 'layout');
  return result;
}

export async function callAgent(
  agentId: string,
  asked: z.input<typeof testAgentSchema>,
): Promise<Outcome<AgentTestBody>> {
  await requireOwner();
  const parsed = parse(testAgentSchema, asked);
  if (parsed.ok) return testAgent(agentId, parsed.value);
  const { detail, errors } = parsed;
  return { ok: false, problem: { status: 422, code: 'invalid_request', detail, errors } };
}

/** Fields of the form as they were typed; the cluster says which of them is wrong. */
export async function saveSettings(
  agentId: string,
  fields: UpdateAgent['agent'],
): Promise<Outcome<null>> {
  await requireOwner();
  const parsed = parse(updateAgentSchema, { agent: fields });
  if (!parsed.ok) {
    const { errors } = parsed;
    const detail = 'Some settings are not right.';
    return { ok: false, problem: { status: 422, code: 'invalid_request', detail, errors } };
  }
  const result = await updateAgent(agentId, fields);
  if (!result.ok) return result;
  revalidatePath(`/agents/${agentId}`, 'layout');
  return { ok: true, value: null };
}
