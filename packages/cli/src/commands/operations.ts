import type { OperationBody, OperationPlanBody, RestBodyOf } from '@fleetlm/protocol';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { POLL_INTERVAL_MS } from '../limits.ts';
import { table, text } from '../output/table.ts';
import type { ClientCommand, CommandResult } from './command.ts';

export type OperationRequest = RestBodyOf<'startOperation'>;

export interface BeginOptions {
  /** Shows the plan, and begins nothing. */
  readonly dryRun?: boolean;
  /** Begins although something stands against it. */
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly timeout: number;
}

/** Shows what an operation would move, begins it, and follows it to its end where that is asked for. */
export async function begin(
  command: ClientCommand,
  request: OperationRequest,
  { dryRun = false, yes = false, wait = false, timeout }: BeginOptions,
): Promise<CommandResult> {
  const { client } = command;
  const { plan } = await client.call('planOperation', { body: request });
  if (dryRun)
    return {
      json: { plan },
      text: planText(plan),
      exitCode: plan.refusal === null ? EXIT.ok : EXIT.no,
    };
  if (plan.refusal !== null) throw new CommandFailure(EXIT.no, plan.refusal);
  if (plan.warnings.length > 0 && !yes)
    throw new CommandFailure(
      EXIT.no,
      `not begun: ${plan.warnings.join('; ')}`,
      'Add --yes to begin it all the same, or --dry-run to see what it would move.',
    );
  const { operation } = await client.call('startOperation', { body: request });
  return wait ? waitFor(command, operation, timeout) : resultOf(operation, EXIT.ok);
}

/** Follows an operation until it has ended, through elections and restarts of the node that is asked. */
export async function waitFor(
  { client, context }: ClientCommand,
  begun: OperationBody,
  timeoutS: number,
): Promise<CommandResult> {
  const deadline = context.monotonicMs() + timeoutS * 1000;
  let operation = begun;
  while (operation.state === 'running') {
    if (context.monotonicMs() >= deadline)
      throw new CommandFailure(
        EXIT.temporary,
        `${operation.kind} ${operation.id} has not ended within ${timeoutS} s: ${progressText(operation)}`,
        `The operation continues. Follow it with: fleetlm operations show ${operation.id} --wait`,
      );
    await context.pause(POLL_INTERVAL_MS);
    try {
      operation = (await client.call('getOperation', { params: { id: begun.id } })).operation;
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }
  return resultOf(operation, operation.state === 'done' ? EXIT.ok : EXIT.no);
}

function isPassing(error: unknown): boolean {
  return (
    error instanceof CommandFailure &&
    (error.exitCode === EXIT.temporary || error.exitCode === EXIT.unreachable)
  );
}

export async function list({ client }: ClientCommand): Promise<CommandResult> {
  const answer = await client.call('listOperations');
  const rows = answer.operations.map((operation) => [
    operation.id,
    operation.kind,
    text(operation.node_id),
    operation.state,
    operation.started_at,
    operation.requested_by,
    progressText(operation),
  ]);
  return {
    json: answer,
    text: table(['ID', 'KIND', 'NODE', 'STATE', 'STARTED', 'BY', 'PROGRESS'], rows),
  };
}

export async function show(
  command: ClientCommand,
  id: string,
  { wait = false, timeout }: { readonly wait?: boolean; readonly timeout: number },
): Promise<CommandResult> {
  const { operation } = await command.client.call('getOperation', { params: { id } });
  return wait ? waitFor(command, operation, timeout) : resultOf(operation, EXIT.ok);
}

export async function cancel({ client }: ClientCommand, id: string): Promise<CommandResult> {
  const { operation } = await client.call('cancelOperation', { params: { id } });
  return resultOf(operation, EXIT.ok);
}

function resultOf(operation: OperationBody, exitCode: ExitCode): CommandResult {
  const { kind, id, node_id, state } = operation;
  const of = node_id === null ? '' : ` of ${node_id}`;
  return {
    json: { operation },
    text: `${kind}${of}: ${state} (${id})\n${progressText(operation)}\n`,
    exitCode,
  };
}

function progressText({ progress, detail }: OperationBody): string {
  if (progress === null) return detail;
  const stuck = progress.stuck.map(({ group, reason }) => `group ${group}: ${reason}`);
  return [`${progress.done} of ${progress.total} groups`, ...stuck].join('; ');
}

function planText(plan: OperationPlanBody): string {
  const { refusal, moves, leaders_to_move, leader_moves, after, warnings } = plan;
  const lines = [
    refusal === null ? 'It would be begun.' : `It would be refused: ${refusal}`,
    `Groups whose copies move: ${moves.length}. Leaders that move: ${leaders_to_move + leader_moves.length}.`,
    `Afterwards: ${after.active_nodes} active nodes, at least ${after.copies_min} copies, a node can ${after.can_lose_a_node ? '' : 'NOT '}be lost.`,
    ...warnings.map((warning) => `Warning: ${warning}`),
  ];
  const rows = [
    ...moves.map(({ group, from, to }) => [String(group), 'copies', from.join(' '), to.join(' ')]),
    ...leader_moves.map(({ group, from, to }) => [String(group), 'leader', from, to]),
  ];
  const moved = rows.length === 0 ? '' : `\n${table(['GROUP', 'WHAT', 'FROM', 'TO'], rows)}`;
  return `${lines.join('\n')}\n${moved}`;
}
