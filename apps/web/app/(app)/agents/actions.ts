'use server';

import type { AgentTestBody } from '@fleetlm/protocol';
import { revalidatePath } from 'next/cache';
import { testAddress } from '@/lib/agent-owner.ts';
import { registerAgent, setAgentStatus } from '@/lib/agents.ts';
import type { ClusterResult, Problem } from '@/lib/cluster-api.ts';
import { requireOwner } from '@/lib/session.ts';

export type RegisterState =
  | {
      readonly status: 'editing';
      readonly problem: Problem | null;
      readonly values: Readonly<Record<string, string>>;
    }
  /** The only time that the secret is shown. */
  | { readonly status: 'registered'; readonly name: string; readonly secret: string };

const FIELDS = ['id', 'name', 'origin_url', 'webhook_path'] as const;

export async function register(_: RegisterState, form: FormData): Promise<RegisterState> {
  await requireOwner();
  const values = Object.fromEntries(
    FIELDS.map((field) => [field, String(form.get(field) ?? '').trim()]),
  );
  const { id = '', name = '', origin_url = '', webhook_path = '' } = values;
  const result = await registerAgent({
    id,
    name,
    origin_url,
    webhook_path: webhook_path === '' ? '/webhook' : webhook_path,
  });
  if (!result.ok) return { status: 'editing', problem: result.problem, values };
  revalidatePath('/agents');
  return { status: 'registered', name, secret: result.value.secret };
}

/** What one call of an address that is not registered yet brings. */
export async function tryAddress(address: {
  readonly origin_url: string;
  readonly webhook_path: string;
}): Promise<ClusterResult<AgentTestBody>> {
  await requireOwner();
  return testAddress(address);
}

/** Null: done; else why not. */
export async function changeStatus(
  id: string,
  status: 'enabled' | 'disabled',
): Promise<string | null> {
  await requireOwner();
  const result = await setAgentStatus(id, status);
  if (!result.ok) return result.problem.detail;
  revalidatePath('/agents');
  return null;
}
