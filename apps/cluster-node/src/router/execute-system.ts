import type { SystemCommand, SystemReply } from '../membership/system-state.ts';
import { attemptOf, DONE, type Done, type ExecutionPorts, rejected } from './execution.ts';
import type { Attempt, Operation } from './operations.ts';

type SystemOperation = Extract<
  Operation,
  { type: 'create-agent' | 'patch-agent' | 'rotate-secret' | 'set-standing' }
>;

/** Proposes to the system group. */
export function executeSystemCommand(
  operation: SystemOperation,
  ports: ExecutionPorts,
  done: Done,
): void {
  const command: SystemCommand =
    operation.type === 'patch-agent' || operation.type === 'rotate-secret'
      ? { ...operation, timeMs: ports.wallClockMs() }
      : operation;
  ports.groups.proposeSystem(command, (outcome) => done(attemptOf(outcome, replied)));
}

function replied(reply: SystemReply): Attempt {
  switch (reply.type) {
    case 'agent':
      return { status: 'done', result: reply };
    case 'done':
      return DONE;
    case 'refused':
      switch (reply.code) {
        case 'agent-exists':
          return rejected('conflict', 'there is an agent with this id already');
        case 'agent-not-found':
          return rejected('not_found', 'there is no agent with this id');
        case 'too-many-agents':
          return rejected('conflict', 'no more agents can be registered');
        default:
          return reply.code satisfies never;
      }
    default:
      return reply satisfies never;
  }
}
