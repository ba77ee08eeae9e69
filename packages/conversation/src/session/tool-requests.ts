import type { NewMessage, ToolResponse } from '../commands/commands.ts';
import type { RefusalCode } from '../commands/results.ts';
import type { DispatchState, OpenRequests } from '../state.ts';
import type { DispatchEventType } from './dispatch-table.ts';

/** What a message of the agent leaves for its user to decide; null: nothing. */
export function requestsOf({ requests }: NewMessage): OpenRequests | null {
  return requests === undefined || requests.keys.length === 0
    ? null
    : { names: [...requests.names], keys: [...requests.keys], decidedSeq: 0 };
}

/** What is still open after a response; `decidedSeq` is set by the caller, which knows the response's seq. */
export function requestsAfterResponse(
  open: OpenRequests | null,
  { name, keys }: ToolResponse,
): { readonly open: OpenRequests } | { readonly refusal: RefusalCode; readonly detail: string } {
  if (open === null || !open.names.includes(name))
    return {
      refusal: 'request-overtaken',
      detail: 'no tool call of that message waits for an answer: the conversation has moved on',
    };
  const decided = new Set(keys);
  const left = open.keys.filter((key) => !decided.has(key));
  return left.length === open.keys.length
    ? { refusal: 'request-decided', detail: 'that was decided before' }
    : { open: { ...open, keys: left } };
}

/** Every request is decided, and the work that continues the message has not ended. */
export function isDecided(requests: OpenRequests | null): requests is OpenRequests {
  return requests !== null && requests.decidedSeq > 0;
}

/** Decided requests end with the work that continues their message; a retry continues it again. */
export function requestsAfterEvent(
  requests: OpenRequests | null,
  event: DispatchEventType,
  before: DispatchState,
  next: DispatchState,
): OpenRequests | null {
  if (!isDecided(requests) || event === 'retry') return requests;
  if (next.status === 'idle') return null;
  if (next.epoch === before.epoch) return requests;
  // Decided during a call for something else: the new work is the one that continues the message.
  return before.status === 'running' && before.throughSeq < requests.decidedSeq ? requests : null;
}
