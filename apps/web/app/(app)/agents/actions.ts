'use server';

import {
  AGENT_ID_LENGTH_MAX,
  AGENT_NAME_LENGTH_MAX,
  AGENT_URL_LENGTH_MAX,
} from '@fleetlm/protocol';
import { revalidatePath } from 'next/cache';
import * as z from 'zod';
import { testAddress } from '@/lib/agent-owner.ts';
import { registerAgent, setAgentStatus } from '@/lib/agents.ts';
import { ownerAction } from '@/lib/guarded-action.ts';

/** Bounded here; what is right is said by the cluster, field by field. */
const url = z.string().max(AGENT_URL_LENGTH_MAX, 'is too long');
const addressSchema = z.strictObject({ origin_url: url, webhook_path: url });
const newAgentSchema = addressSchema.extend({
  id: z.string().max(AGENT_ID_LENGTH_MAX, 'is too long'),
  name: z.string().max(AGENT_NAME_LENGTH_MAX, 'is too long'),
});

/** The secret is in this answer only. */
export const register = ownerAction(z.tuple([newAgentSchema]), async (_person, agent) => {
  const result = await registerAgent(agent);
  if (!result.ok) return result;
  revalidatePath('/agents');
  return { ok: true, value: { name: agent.name, secret: result.value.secret } };
});

/** What one call of an address that is not registered yet brings. */
export const tryAddress = ownerAction(z.tuple([addressSchema]), async (_person, address) =>
  testAddress(address),
);

const statusArguments = z.tuple([
  z.string().min(1).max(AGENT_ID_LENGTH_MAX),
  z.enum(['enabled', 'disabled']),
]);

export const changeStatus = ownerAction(statusArguments, async (_person, id, status) => {
  const result = await setAgentStatus(id, status);
  if (!result.ok) return result;
  revalidatePath('/agents');
  return { ok: true, value: null };
});
