import { createHash } from 'node:crypto';
import type { ToolRequests, ToolResponse } from '@fleetlm/conversation';
import {
  namesOf,
  openRequestsOf,
  TOOL_RESPONSE_KIND,
  toolAnswersOf,
} from '@fleetlm/protocol/thread';
import { type JsonObject, partsOf } from '@fleetlm/protocol/ui-stream';

/*
 * What the state machine keeps of tool calls that wait for their user. Ids are chosen by agents and may be of any length;
 * the state has a bounded name for each.
 */

/** Ids that are kept as they are; of others a digest is. */
const PLAIN_ID = /^[\x21-\x7e]{1,64}$/;

interface Described {
  readonly id: string;
  readonly kind: string;
  readonly content: JsonObject;
  readonly metadata: JsonObject;
}

/** The fields that a message of the agent has beside its payload. */
export function requestsIn(message: Described): { readonly requests?: ToolRequests } {
  const { approvals, outputs } = openRequestsOf(partsOf(message));
  if (approvals.length + outputs.length === 0) return {};
  const keys = new Set([...approvals.map(approvalKey), ...outputs.map(outputKey)]);
  const names = new Set(namesOf(message).map(keyOf));
  return { requests: { names: [...names], keys: [...keys] } };
}

/** The fields that a message of the user has beside its payload. */
export function responseIn({ kind, content }: Described): { readonly response?: ToolResponse } {
  if (kind !== TOOL_RESPONSE_KIND) return {};
  const { approvals, outputs } = toolAnswersOf(content);
  const keys = new Set([
    ...approvals.map(({ approval_id }) => approvalKey(approval_id)),
    ...outputs.map(({ tool_call_id }) => outputKey(tool_call_id)),
  ]);
  const name = typeof content.message_id === 'string' ? content.message_id : '';
  return { response: { name: keyOf(name), keys: [...keys] } };
}

/** The name of a message, as the state machine knows it. */
export function keyOf(id: string): string {
  return PLAIN_ID.test(id) ? id : createHash('sha256').update(id).digest('base64url');
}

function approvalKey(id: string): string {
  return `a:${keyOf(id)}`;
}

function outputKey(id: string): string {
  return `o:${keyOf(id)}`;
}
