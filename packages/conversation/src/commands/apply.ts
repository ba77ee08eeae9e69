import { groupRecordOf } from '../group-record.ts';
import type { GroupState } from '../state.ts';
import { applyAppend } from './apply-append.ts';
import { applyCheckpoint } from './apply-checkpoint.ts';
import { applyMarkFlushed, applyMarkRead } from './apply-cursors.ts';
import { applyDispatchEvent } from './apply-dispatch.ts';
import { applyErase } from './apply-erase.ts';
import { applyEvict, applyHydrate } from './apply-eviction.ts';
import { applyArchive, applyCreate, applyUpdate } from './apply-session.ts';
import type { Command } from './commands.ts';
import type { Applied } from './results.ts';

/**
 * Applies one committed command: changes the state in place and returns the reply to the proposer and what the rest
 * of the node does. Deterministic: two states that were given the same commands are the same. A refused command
 * changes nothing: `reply` is `{ type: 'refused', code, detail }` and there are no effects. Never throws for a command that
 * `parseCommand` has taken. Times are Unix milliseconds and come with the command.
 *
 * @example
 * const state = createGroupState();
 * const timeMs = 1_767_225_600_000;
 * const metadata = new TextEncoder().encode('{}');
 * const create = { type: 'create-session', sessionId, userId: 'ann', agentId: 'bot', metadata, timeMs } as const;
 * const { reply, effects } = apply(state, create);
 * // reply: { type: 'session', session }, effects: [{ type: 'inbox-changed', userId: 'ann', sessionId, version: 1 }]
 */
export function apply(state: GroupState, command: Command): Applied {
  const group = groupRecordOf(state);
  switch (command.type) {
    case 'append-message':
      return applyAppend(group, command);
    case 'create-session':
      return applyCreate(group, command);
    case 'mark-read':
      return applyMarkRead(group, command);
    case 'archive-session':
      return applyArchive(group, command);
    case 'erase-session':
      return applyErase(group, command);
    case 'update-session':
      return applyUpdate(group, command);
    case 'start-dispatch':
      return applyDispatchEvent(group, command, { ...command, type: 'start' }, null);
    case 'defer-dispatch':
      return applyDispatchEvent(group, command, { ...command, type: 'defer' }, null);
    case 'complete-dispatch':
      return applyDispatchEvent(group, command, { ...command, type: 'complete' }, command.message);
    case 'fail-dispatch':
      return applyDispatchEvent(group, command, { ...command, type: 'fail' }, null);
    case 'checkpoint-answer':
      return applyCheckpoint(group, command);
    case 'stop-dispatch':
      return applyDispatchEvent(group, command, { ...command, type: 'stop' }, command.partial);
    case 'retry-dispatch':
      return applyDispatchEvent(group, command, { ...command, type: 'retry' }, null);
    case 'evict-sessions':
      return applyEvict(group, command);
    case 'hydrate-session':
      return applyHydrate(group, command);
    case 'mark-flushed':
      return applyMarkFlushed(group, command);
    default:
      return command satisfies never;
  }
}
