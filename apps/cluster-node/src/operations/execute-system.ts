import type { SystemCommand, SystemReply } from '../membership/system-state.ts';
import { attemptOf, DONE, type Done, type ExecutionPorts, rejected } from './execution.ts';
import type { Attempt, Operation } from './operations.ts';

type SystemOperation = Extract<
  Operation,
  { type: 'create-agent' | 'patch-agent' | 'rotate-secret' | 'registry' | 'skip-entry' }
>;

/** Proposes to the system group. */
export function executeSystemCommand(
  operation: SystemOperation,
  ports: ExecutionPorts,
  done: Done,
): void {
  const command = commandOf(operation, ports.wallClockMs());
  ports.groups.proposeSystem(command, (outcome) => done(attemptOf(outcome, replied)));
}

/** Times are the leader's, except where the command brings its own. */
function commandOf(operation: SystemOperation, timeMs: number): SystemCommand {
  switch (operation.type) {
    case 'create-agent':
      return operation;
    case 'patch-agent':
    case 'rotate-secret':
    case 'skip-entry':
      return { ...operation, timeMs };
    case 'registry':
      return { ...operation.command, timeMs };
    default:
      return operation satisfies never;
  }
}

function replied(reply: SystemReply): Attempt {
  switch (reply.type) {
    case 'agent':
    case 'node':
    case 'operation':
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
        case 'too-many-skipped':
          return rejected('conflict', 'no more entries can be skipped');
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
    default:
      return reply satisfies never;
  }
}
