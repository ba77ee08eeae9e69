import { ulid } from 'ulid';
import { v7 } from 'uuid';
import type { Environment } from '../config/environment.ts';
import {
  createDispatchEngine,
  DISPATCH_LIMITS,
  type DispatchEngine,
  type DispatchPorts,
  TestCaller,
} from '../effects/dispatch/index.ts';
import type { Archive } from '../effects/ports.ts';
import type { Runtime } from '../runtime/runtime-api.ts';
import type { Logger } from '../telemetry/logger.ts';
import { agentHistory } from './agent-history.ts';

export interface DispatchWiring
  extends Pick<
    DispatchPorts,
    | 'propose'
    | 'led'
    | 'agent'
    | 'catchUpAgents'
    | 'signingSecrets'
    | 'publishChunk'
    | 'onAttempt'
    | 'onDecision'
    | 'onError'
  > {
  readonly environment: Pick<Environment, 'webhookAllowPrivate'>;
  readonly archive: Archive;
  readonly patchAgent: Runtime['patchAgent'];
  readonly log: Logger;
}

/** What calls agents for the groups that this node leads. */
export function openDispatch(wiring: DispatchWiring): DispatchEngine {
  const { environment, archive, patchAgent, log, ...ports } = wiring;
  return createDispatchEngine({
    ...ports,
    disableAgent: async (agentId) => {
      const result = await patchAgent(agentId, { status: 'disabled' });
      if (!result.ok)
        log.warn({ agent: agentId, ...result.error }, 'an agent could not be disabled');
    },
    onBreaker: (agentId, state) =>
      log.warn({ agent: agentId }, `dispatch: the breaker of an agent is ${state}`),
    random: Math.random,
    limits: DISPATCH_LIMITS,
    history: (session, mode, limit) => agentHistory(session, mode, limit, archive),
    wallClockMs: Date.now,
    newMessageId: v7,
    allowPrivateAddresses: environment.webhookAllowPrivate,
  });
}

/** What calls an agent once, for its owner. */
export function openTestCaller(environment: Pick<Environment, 'webhookAllowPrivate'>): TestCaller {
  return new TestCaller({
    allowPrivateAddresses: environment.webhookAllowPrivate,
    newSessionUlid: ulid,
    newMessageId: v7,
    wallClockMs: Date.now,
  });
}
