import type { AgentRecord } from '../membership/agent-record.ts';
import type { Runtime } from '../runtime/runtime-api.ts';
import { isSealed } from '../runtime/secret-box.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Registrations of before secrets were sealed: they are sealed once, by the node that leads the system group. */
export async function sealOldSecrets(
  agents: Iterable<AgentRecord>,
  patchAgent: Runtime['patchAgent'],
  log: Logger,
): Promise<void> {
  for (const { id, secret } of [...agents]) {
    if (isSealed(secret)) continue;
    const result = await patchAgent(id, { secret });
    if (result.ok) log.info({ agent: id }, 'a signing secret was sealed');
    else log.warn({ agent: id, ...result.error }, 'a signing secret could not be sealed yet');
  }
}
