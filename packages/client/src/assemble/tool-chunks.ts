import type { UiChunk } from './assemble-message.ts';
import { optional, stringField } from './fields.ts';
import { isToolPart, type ToolPart, type ToolState, type UiPart } from './parts.ts';

/** A tool call's life in an answer: the chunk types that change a tool part, and the state that each leads to. */
const STATE_AFTER: Readonly<Record<string, ToolState>> = {
  'tool-input-start': 'input-streaming',
  'tool-input-delta': 'input-streaming',
  'tool-input-available': 'input-available',
  'tool-input-error': 'output-error',
  'tool-approval-request': 'approval-requested',
  'tool-approval-response': 'approval-responded',
  'tool-output-available': 'output-available',
  'tool-output-error': 'output-error',
  'tool-output-denied': 'output-denied',
};

export function isToolChunk(chunk: UiChunk): boolean {
  return Object.hasOwn(STATE_AFTER, chunk.type);
}

/** The parts after a tool chunk; the same array when the chunk does not fit. Ids of calls are looked up newest first. */
export function applyToolChunk(
  parts: readonly UiPart[],
  stepStart: number,
  chunk: UiChunk,
): readonly UiPart[] {
  const state = STATE_AFTER[chunk.type];
  if (state === undefined) return parts;
  const index = indexOfCall(parts, stepStart, chunk);
  const existing = index === -1 ? undefined : parts[index];
  if (existing === undefined || !isToolPart(existing)) {
    const created = newToolPart(chunk, state);
    return created === null ? parts : [...parts, created];
  }
  const changed = changedToolPart(existing, chunk, state);
  return changed === existing ? parts : parts.with(index, changed);
}

function indexOfCall(parts: readonly UiPart[], stepStart: number, chunk: UiChunk): number {
  const callId = stringField(chunk, 'toolCallId');
  const approvalId = stringField(chunk, 'approvalId');
  // A provider may use a call id again in a later step; an input chunk always means the current step.
  const from = chunk.type.startsWith('tool-input') ? stepStart : 0;
  for (let index = parts.length - 1; index >= from; index -= 1) {
    const part = parts[index];
    if (part === undefined || !isToolPart(part)) continue;
    if (
      callId === null
        ? approvalId !== null && approvalIdOf(part) === approvalId
        : part.toolCallId === callId
    )
      return index;
  }
  return -1;
}

function approvalIdOf(part: ToolPart): string | null {
  return part.approval?.id ?? null;
}

function newToolPart(chunk: UiChunk, state: ToolState): ToolPart | null {
  const toolName = stringField(chunk, 'toolName');
  const toolCallId = stringField(chunk, 'toolCallId');
  if (toolName === null || toolCallId === null || !chunk.type.startsWith('tool-input')) return null;
  const base = { toolCallId, state, ...optional('title', stringField(chunk, 'title')) };
  const part: ToolPart =
    chunk.dynamic === true
      ? { type: 'dynamic-tool', toolName, ...base }
      : { type: `tool-${toolName}`, ...base };
  return changedToolPart(part, chunk, state);
}

function changedToolPart(part: ToolPart, chunk: UiChunk, state: ToolState): ToolPart {
  switch (chunk.type) {
    // What the model is still writing is not valid JSON yet: `input` appears once it is whole.
    case 'tool-input-delta':
      return part;
    case 'tool-input-available':
      return { ...part, state, input: chunk.input };
    case 'tool-input-error':
      return {
        ...part,
        state,
        input: chunk.input,
        ...optional('errorText', stringField(chunk, 'errorText')),
      };
    case 'tool-approval-request':
      return { ...part, state, approval: { id: stringField(chunk, 'approvalId') ?? '' } };
    case 'tool-approval-response':
      return part.approval === undefined
        ? part
        : { ...part, state, approval: { ...part.approval, approved: chunk.approved === true } };
    case 'tool-output-available': {
      const { preliminary: _before, ...rest } = part;
      return {
        ...rest,
        state,
        output: chunk.output,
        ...(chunk.preliminary === true ? { preliminary: true } : {}),
      };
    }
    case 'tool-output-error':
      return { ...part, state, ...optional('errorText', stringField(chunk, 'errorText')) };
    default:
      return { ...part, state };
  }
}
