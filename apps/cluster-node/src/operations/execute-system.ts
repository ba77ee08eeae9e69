import { AGENTS_BYTES_MAX } from '../membership/agent-registry.ts';
import type { SystemCommand, SystemReply } from '../membership/system-state.ts';
import { ok, type Refused } from '../outcome.ts';
import {
  type Attempt,
  attempting,
  DONE,
  type Done,
  type ExecutionPorts,
  rejected,
} from './execution.ts';
import type { OperationOf, ResultOf } from './operations.ts';

type AgentChange = 'create-agent' | 'patch-agent' | 'rotate-secret' | 'delete-agent';
type SystemType = AgentChange | 'registry' | 'skip-entry' | 'change-hold';
type DefiniteReply = Exclude<SystemReply, { readonly type: 'refused' }>;

/** Proposes to the system group. */
function proposing<T extends SystemType>(replied: (reply: DefiniteReply) => Attempt<ResultOf<T>>) {
  return (operation: OperationOf<T>, ports: ExecutionPorts, done: Done<T>): void => {
    const command = commandOf(operation, ports.wallClockMs());
    const proposed = attempting(ports, done, (outcome: SystemOutcome) => {
      if (outcome.status !== 'ok') done(outcome);
      else if (outcome.value.type === 'refused') done(refusalOf(outcome.value));
      else done(replied(outcome.value));
    });
    ports.groups.proposeSystem(command, proposed);
  };
}

type SystemOutcome = Parameters<Parameters<ExecutionPorts['groups']['proposeSystem']>[1]>[0];

export const executeAgentChange = proposing<AgentChange>((reply) =>
  reply.type === 'agent' ? ok(reply.agent) : unexpected(reply),
);

export const executeRegistry = proposing<'registry'>((reply) =>
  reply.type === 'agent' ? unexpected(reply) : ok(reply),
);

export const executeSkip = proposing<'skip-entry'>((reply) =>
  reply.type === 'done' ? DONE : unexpected(reply),
);

export const executeHold = proposing<'change-hold'>((reply) =>
  reply.type === 'done' ? DONE : unexpected(reply),
);

function unexpected({ type }: DefiniteReply): never {
  throw new Error(`the system group replied "${type}"`);
}

/** Times are the leader's, except where the command brings its own. */
function commandOf(operation: OperationOf<SystemType>, timeMs: number): SystemCommand {
  switch (operation.type) {
    case 'create-agent':
    case 'delete-agent':
      return operation;
    case 'patch-agent':
    case 'rotate-secret':
    case 'skip-entry':
    case 'change-hold':
      return { ...operation, timeMs };
    case 'registry':
      return { ...operation.command, timeMs };
    default:
      return operation satisfies never;
  }
}

function refusalOf(reply: Extract<SystemReply, { readonly type: 'refused' }>): Refused {
  switch (reply.code) {
    case 'agent-exists':
      return rejected('conflict', 'there is an agent with this id already');
    case 'agent-not-found':
      return rejected('not_found', 'there is no agent with this id');
    case 'too-many-agents':
      return rejected('conflict', 'no more agents can be registered');
    case 'agents-too-large':
      return rejected(
        'payload_too_large',
        `the registrations of all agents come to more than ${AGENTS_BYTES_MAX} bytes: shorten headers, here or of other agents`,
      );
    case 'too-many-skipped':
      return rejected('conflict', 'no more entries can be skipped');
    case 'too-many-holds':
      return rejected('conflict', 'no more legal holds can be placed: lift one first');
    case 'node-not-found':
    case 'operation-not-found':
      return rejected('not_found', reply.detail);
    case 'node-gone':
    case 'node-state':
    case 'operation-running':
    case 'operation-ended':
      return rejected('conflict', reply.detail);
    default:
      return reply satisfies never;
  }
}
