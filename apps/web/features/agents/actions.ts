'use server';

import {
  AGENT_ID_LENGTH_MAX,
  AGENT_STATUSES,
  agentSettingsSchema,
  grouped,
  parse,
  replaySchema,
  rotateSecretSchema,
  testAgentSchema,
} from '@fleetlm/protocol';
import { revalidatePath } from 'next/cache';
import * as z from 'zod';
import {
  eraseAgent,
  registerAgent,
  replayDeadLetters,
  rotateSecret,
  testAddress,
  testAgent,
  updateAgent,
} from '@/server/cluster/agents.ts';
import { ownerAction, refused } from '@/server/guards/guarded-action.ts';
import { invalidRequest } from '@/server/guards/problem-response.ts';
import { newAgentSchema, testedAddressSchema } from './new-agent.ts';

const agentId = z.string().min(1).max(AGENT_ID_LENGTH_MAX);

/** The secret is in this answer only. */
export const register = ownerAction(z.tuple([newAgentSchema]), async (_person, agent) => {
  const result = await registerAgent(grouped(agent));
  if (!result.ok) return result;
  revalidatePath('/agents');
  return { ok: true, value: { name: agent.name, secret: result.value.secret } };
});

/** What one call of an address that is not registered yet brings. */
export const tryAddress = ownerAction(z.tuple([testedAddressSchema]), async (_person, address) =>
  testAddress(grouped(address)),
);

export const changeStatus = ownerAction(
  z.tuple([agentId, z.enum(AGENT_STATUSES)]),
  async (_person, id, status) => {
    const result = await updateAgent(id, { status });
    if (!result.ok) return result;
    revalidatePath('/agents');
    return { ok: true, value: null };
  },
);

/** Its conversations stay readable. */
export const deleteAgent = ownerAction(z.tuple([agentId]), async (_person, id) => {
  const result = await eraseAgent(id);
  if (!result.ok) return result;
  revalidatePath('/agents');
  return { ok: true, value: null };
});

export const replay = ownerAction(z.tuple([agentId, replaySchema]), async (_person, id, which) => {
  const result = await replayDeadLetters(id, which);
  if (result.ok) revalidatePath(`/agents/${id}`, 'layout');
  return result;
});

const rotateArguments = z.tuple([agentId, rotateSecretSchema.shape.overlap_s]);

export const rotate = ownerAction(rotateArguments, async (_person, id, overlapS) => {
  const result = await rotateSecret(id, overlapS);
  if (result.ok) revalidatePath(`/agents/${id}`, 'layout');
  return result;
});

export const callAgent = ownerAction(
  z.tuple([agentId, testAgentSchema]),
  async (_person, id, asked) => testAgent(id, asked),
);

/** Fields of the form as they were typed; which of them is wrong is said by name. */
export const saveSettings = ownerAction(
  z.tuple([agentId, z.unknown()]),
  async (_person, id, fields) => {
    const parsed = parse(agentSettingsSchema, fields);
    if (!parsed.ok)
      return refused(
        invalidRequest({ detail: 'Some settings are invalid.', errors: parsed.errors }),
      );
    const result = await updateAgent(id, grouped(parsed.value));
    if (!result.ok) return result;
    revalidatePath(`/agents/${id}`, 'layout');
    return { ok: true, value: null };
  },
);
