import type { UiChunk } from './assemble-message.ts';
import { type JsonObject, optional } from './fields.ts';
import { isToolPart, type ToolPart, toolNameOf, type UiPart } from './parts.ts';

/**
 * The shortest chunks that are assembled to these parts: a message that is complete, replayed as a stream. A part
 * takes one chunk for each thing that happened to it, a text one delta.
 */
export function chunksOfParts(parts: readonly UiPart[]): readonly UiChunk[] {
  return parts.flatMap(chunksOfPart);
}

function chunksOfPart(part: UiPart, index: number): readonly UiChunk[] {
  if (isToolPart(part)) return chunksOfCall(part);
  switch (part.type) {
    case 'step-start':
      return [{ type: 'start-step' }];
    case 'text':
      return chunksOfText('text', `text-${index}`, part, optional('citations', part.citations));
    case 'reasoning':
      return chunksOfText('reasoning', part.id ?? `reasoning-${index}`, part, {});
    case 'file':
    case 'reasoning-file': {
      const { filename: _local, ...chunk } = part;
      return [chunk];
    }
    default:
      return [{ ...part }];
  }
}

function chunksOfText(
  kind: 'text' | 'reasoning',
  id: string,
  part: Extract<UiPart, { type: 'text' | 'reasoning' }>,
  end: JsonObject,
): readonly UiChunk[] {
  const { text, state } = part;
  const own = optional('providerMetadata', part.providerMetadata);
  const chunks: UiChunk[] = [{ type: `${kind}-start`, id, ...own }];
  if (text !== '') chunks.push({ type: `${kind}-delta`, id, delta: text });
  if (state !== 'streaming') chunks.push({ type: `${kind}-end`, id, ...end });
  return chunks;
}

function chunksOfCall(part: ToolPart): readonly UiChunk[] {
  const { toolCallId, state } = part;
  const traits = {
    ...optional('providerExecuted', part.providerExecuted),
    ...optional('toolMetadata', part.toolMetadata),
    ...(part.type === 'dynamic-tool' ? { dynamic: true } : {}),
  };
  const chunks = [...chunksOfInput(part, traits), ...chunksOfApproval(part)];
  const result = {
    toolCallId,
    ...traits,
    ...optional('providerMetadata', part.resultProviderMetadata),
  };
  if (state === 'output-available') {
    const { output = null } = part;
    const preliminary = optional('preliminary', part.preliminary);
    chunks.push({ type: 'tool-output-available', output, ...result, ...preliminary });
  } else if (state === 'output-error')
    chunks.push({ type: 'tool-output-error', errorText: part.errorText ?? '', ...result });
  else if (state === 'output-denied') chunks.push({ type: 'tool-output-denied', toolCallId });
  return chunks;
}

function chunksOfInput(part: ToolPart, traits: JsonObject): UiChunk[] {
  const { toolCallId, input, rawInput, state } = part;
  const call = {
    toolCallId,
    toolName: toolNameOf(part),
    ...traits,
    ...optional('title', part.title),
    ...optional('providerMetadata', part.callProviderMetadata),
  };
  if (state !== 'input-streaming' && input !== undefined)
    return [{ type: 'tool-input-available', ...call, input }];
  const encoding = optional('inputEncoding', part.inputEncoding);
  const chunks: UiChunk[] = [{ type: 'tool-input-start', ...call, ...encoding }];
  if (typeof rawInput === 'string')
    chunks.push({ type: 'tool-input-delta', toolCallId, inputTextDelta: rawInput });
  return chunks;
}

function chunksOfApproval({ toolCallId, approval }: ToolPart): readonly UiChunk[] {
  if (approval === undefined) return [];
  const { id: approvalId, descriptor, requestReason, approved, reason, ...kept } = approval;
  const request: UiChunk = {
    type: 'tool-approval-request',
    approvalId,
    toolCallId,
    ...(descriptor === undefined ? {} : { approvalDescriptor: descriptor }),
    ...optional('reason', requestReason),
    ...kept,
  };
  if (approved === undefined) return [request];
  return [
    request,
    { type: 'tool-approval-response', approvalId, approved, ...optional('reason', reason) },
  ];
}
