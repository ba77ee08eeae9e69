import type { UiChunk } from './assemble-message.ts';
import { isObject, type JsonObject, optional, stringField } from './fields.ts';
import { parsePartialJson } from './partial-json.ts';
import { isToolPart, type ToolPart, toolNameOf, type UiPart } from './parts.ts';

/** A call whose input is still being written, by its id. */
export interface OpenCall {
  readonly text: string;
  readonly inputEncoding: 'json' | 'text' | undefined;
  readonly toolName: string;
  readonly isDynamic: boolean;
  readonly title: string | undefined;
  readonly toolMetadata: JsonObject | undefined;
}

/** As much of a message as its tool calls need and change. */
export interface ToolState {
  readonly parts: readonly UiPart[];
  readonly openCalls: Readonly<Record<string, OpenCall>>;
}

const INPUT_CHUNKS = ['tool-input-start', 'tool-input-available', 'tool-input-error'];

export function isToolChunk({ type }: UiChunk): boolean {
  return type.startsWith('tool-');
}

/** The state after a tool chunk; null when the chunk does not fit what came before. */
export function applyToolChunk<S extends ToolState>(state: S, chunk: UiChunk): S | null {
  if (INPUT_CHUNKS.includes(chunk.type)) return applyInput(state, chunk);
  switch (chunk.type) {
    case 'tool-input-delta':
      return applyInputDelta(state, chunk);
    case 'tool-approval-response':
      return applyResponse(state, chunk);
    case 'tool-approval-request':
    case 'tool-output-available':
    case 'tool-output-error':
    case 'tool-output-denied': {
      const index = indexOfCall(state.parts, stringField(chunk, 'toolCallId'));
      const part = index === -1 ? undefined : state.parts[index];
      if (part === undefined || !isToolPart(part)) return null;
      return { ...state, parts: state.parts.with(index, resolved(part, chunk)) };
    }
    default:
      return null;
  }
}

/** The parts as they are read: what is known of inputs that are still being written is parsed. */
export function withPartialInputs(parts: readonly UiPart[]): readonly UiPart[] {
  if (!parts.some(isBeingWritten)) return parts;
  return parts.map((part) =>
    isBeingWritten(part) ? { ...part, ...definedInput(inputOf(part)) } : part,
  );
}

function isBeingWritten(part: UiPart): part is ToolPart {
  return isToolPart(part) && part.state === 'input-streaming';
}

function inputOf({ state, input, rawInput, inputEncoding }: ToolPart): unknown {
  if (state !== 'input-streaming' || typeof rawInput !== 'string') return input;
  return inputEncoding === 'text' ? rawInput : parsePartialJson(rawInput);
}

function definedInput(input: unknown): { readonly input?: unknown } {
  return input === undefined ? {} : { input };
}

function applyInput<S extends ToolState>(state: S, chunk: UiChunk): S | null {
  const toolCallId = stringField(chunk, 'toolCallId');
  const toolName = stringField(chunk, 'toolName');
  if (toolCallId === null || toolName === null) return null;
  const title = stringField(chunk, 'title') ?? undefined;
  const toolMetadata = objectField(chunk, 'toolMetadata');
  const inputEncoding = encodingOf(chunk);
  const isDynamic = isDynamicInput(state.parts, chunk, toolCallId);
  const written = { toolCallId, toolName, isDynamic, title, toolMetadata };
  if (chunk.type === 'tool-input-start') {
    const call: OpenCall = { text: '', inputEncoding, toolName, isDynamic, title, toolMetadata };
    const change = {
      ...written,
      state: 'input-streaming',
      inputEncoding,
      ...traitsOf(chunk),
    } as const;
    return {
      ...state,
      parts: writeCall(state.parts, change),
      openCalls: { ...state.openCalls, [toolCallId]: call },
    };
  }
  const change =
    chunk.type === 'tool-input-available'
      ? ({ ...written, state: 'input-available', input: chunk.input, ...traitsOf(chunk) } as const)
      : ({
          ...written,
          // Where the part exists already, its title stays.
          title: undefined,
          state: 'output-error',
          input: chunk.input,
          errorText: stringField(chunk, 'errorText') ?? '',
          ...traitsOf(chunk),
        } as const);
  return { ...state, parts: writeCall(state.parts, change) };
}

/** The input of a call that is there already can fail under its own kind only. */
function isDynamicInput(parts: readonly UiPart[], chunk: UiChunk, toolCallId: string): boolean {
  if (chunk.type === 'tool-input-error') {
    const existing = currentStep(parts).find(
      (part) => isToolPart(part) && part.toolCallId === toolCallId,
    );
    if (existing !== undefined) return existing.type === 'dynamic-tool';
  }
  return chunk.dynamic === true;
}

function applyInputDelta<S extends ToolState>(state: S, chunk: UiChunk): S | null {
  const toolCallId = stringField(chunk, 'toolCallId');
  const call = toolCallId === null ? undefined : state.openCalls[toolCallId];
  if (toolCallId === null || call === undefined) return null;
  const text = call.text + (stringField(chunk, 'inputTextDelta') ?? '');
  const { inputEncoding, toolName, isDynamic, title, toolMetadata } = call;
  const parts = writeCall(state.parts, {
    toolCallId,
    toolName,
    isDynamic,
    title,
    toolMetadata,
    state: 'input-streaming',
    inputEncoding,
    rawInput: text,
  });
  return { ...state, parts, openCalls: { ...state.openCalls, [toolCallId]: { ...call, text } } };
}

function applyResponse<S extends ToolState>(state: S, chunk: UiChunk): S | null {
  const id = stringField(chunk, 'approvalId');
  const index = state.parts.findIndex((part) => isToolPart(part) && part.approval?.id === id);
  const part = state.parts[index];
  if (id === null || part === undefined || !isToolPart(part)) return null;
  const approval = {
    ...part.approval,
    id,
    approved: chunk.approved === true,
    ...optional('reason', stringField(chunk, 'reason')),
  };
  const changed: ToolPart = {
    ...part,
    ...definedInput(inputOf(part)),
    state: 'approval-responded',
    approval,
    ...optional('providerExecuted', booleanField(chunk, 'providerExecuted')),
    ...optional('callProviderMetadata', objectField(chunk, 'providerMetadata')),
  };
  return { ...state, parts: state.parts.with(index, changed) };
}

/** A call after a chunk that says what became of it. */
function resolved(part: ToolPart, chunk: UiChunk): ToolPart {
  switch (chunk.type) {
    case 'tool-approval-request':
      return {
        ...part,
        ...definedInput(inputOf(part)),
        state: 'approval-requested',
        approval: approvalOf(chunk),
      };
    case 'tool-output-denied':
      return { ...part, ...definedInput(inputOf(part)), state: 'output-denied' };
    default:
      return withOutput(part, chunk);
  }
}

function approvalOf(chunk: UiChunk): NonNullable<ToolPart['approval']> {
  const { approvalDescriptor: descriptor, inputSchemaInput } = chunk;
  return {
    id: stringField(chunk, 'approvalId') ?? '',
    ...(descriptor === undefined || descriptor === null ? {} : { descriptor }),
    ...(Object.hasOwn(chunk, 'inputSchemaInput') ? { inputSchemaInput } : {}),
    ...optional('requestReason', stringField(chunk, 'reason')),
    ...(chunk.isAutomatic === true ? { isAutomatic: true } : {}),
    ...optional('signature', stringField(chunk, 'signature')),
  };
}

function withOutput(part: ToolPart, chunk: UiChunk): ToolPart {
  const isError = chunk.type === 'tool-output-error';
  const kept = {
    toolCallId: part.toolCallId,
    toolName: toolNameOf(part),
    isDynamic: part.type === 'dynamic-tool',
    title: part.title,
    toolMetadata: objectField(chunk, 'toolMetadata') ?? part.toolMetadata,
    input: inputOf(part),
    ...traitsOf(chunk),
  };
  if (!isError)
    return changedCall(part, {
      ...kept,
      state: 'output-available',
      output: chunk.output,
      preliminary: booleanField(chunk, 'preliminary') ?? undefined,
    });
  return changedCall(part, {
    ...kept,
    state: 'output-error',
    errorText: stringField(chunk, 'errorText') ?? '',
    ...(kept.isDynamic ? {} : { rawInput: part.rawInput }),
  });
}

/** What a chunk says of a call. What is not named is forgotten, but for what the call's kind keeps. */
interface CallChange {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly isDynamic: boolean;
  readonly state: 'input-streaming' | 'input-available' | 'output-available' | 'output-error';
  readonly title: string | undefined;
  readonly toolMetadata: JsonObject | undefined;
  readonly input?: unknown;
  readonly rawInput?: unknown;
  readonly inputEncoding?: 'json' | 'text' | undefined;
  readonly output?: unknown;
  readonly errorText?: string;
  readonly preliminary?: boolean | undefined;
  readonly providerExecuted?: boolean | undefined;
  readonly providerMetadata?: JsonObject | undefined;
}

/** Writes to the call of this step, or begins it: a provider may use the id of an earlier step again. */
function writeCall(parts: readonly UiPart[], change: CallChange): readonly UiPart[] {
  const { toolCallId, isDynamic } = change;
  const index = indexInStep(parts, toolCallId, isDynamic);
  const part = index === -1 ? undefined : parts[index];
  return part === undefined || !isToolPart(part)
    ? [...parts, changedCall(null, change)]
    : parts.with(index, changedCall(part, change));
}

function changedCall(part: ToolPart | null, change: CallChange): ToolPart {
  const { toolName, isDynamic, toolCallId, state, providerMetadata } = change;
  const isResult = state === 'output-available' || state === 'output-error';
  const callMetadata = isResult ? undefined : providerMetadata;
  const resultMetadata = isResult ? providerMetadata : undefined;
  return {
    ...(isDynamic ? { type: 'dynamic-tool', toolName } : { type: `tool-${toolName}` }),
    toolCallId,
    state,
    ...optional('title', change.title ?? part?.title),
    ...optional('toolMetadata', change.toolMetadata ?? part?.toolMetadata),
    ...definedInput(change.input),
    ...(change.rawInput === undefined || (part === null && isDynamic)
      ? {}
      : { rawInput: change.rawInput }),
    ...optional('inputEncoding', change.inputEncoding),
    ...(change.output === undefined ? {} : { output: change.output }),
    ...optional('errorText', change.errorText),
    ...optional('preliminary', change.preliminary),
    ...optional('providerExecuted', change.providerExecuted ?? part?.providerExecuted),
    ...optional('callProviderMetadata', callMetadata ?? part?.callProviderMetadata),
    ...optional('resultProviderMetadata', resultMetadata ?? part?.resultProviderMetadata),
    ...optional('approval', part?.approval),
  };
}

function indexOfCall(parts: readonly UiPart[], toolCallId: string | null): number {
  const isIt = (part: UiPart): boolean => isToolPart(part) && part.toolCallId === toolCallId;
  const inStep = toolCallId === null ? -1 : indexInStep(parts, toolCallId, null);
  return inStep === -1 ? parts.findLastIndex(isIt) : inStep;
}

/** The first call with this id in the current step, of this kind or (null) of any; -1: there is none. */
function indexInStep(
  parts: readonly UiPart[],
  toolCallId: string,
  isDynamic: boolean | null,
): number {
  for (let at = stepStart(parts); at < parts.length; at += 1) {
    const part = parts[at];
    if (part === undefined || !('toolCallId' in part) || part.toolCallId !== toolCallId) continue;
    if (isToolPart(part) && (isDynamic ?? isDynamicCall(part)) === isDynamicCall(part)) return at;
  }
  return -1;
}

function isDynamicCall({ type }: ToolPart): boolean {
  return type === 'dynamic-tool';
}

/** Where the parts of the current step begin. */
export function stepStart(parts: readonly UiPart[]): number {
  return parts.findLastIndex(({ type }) => type === 'step-start') + 1;
}

function currentStep(parts: readonly UiPart[]): readonly UiPart[] {
  return parts.slice(stepStart(parts));
}

function traitsOf(chunk: UiChunk): Pick<CallChange, 'providerExecuted' | 'providerMetadata'> {
  return {
    providerExecuted: booleanField(chunk, 'providerExecuted') ?? undefined,
    providerMetadata: objectField(chunk, 'providerMetadata'),
  };
}

function encodingOf({ inputEncoding }: UiChunk): 'json' | 'text' | undefined {
  return inputEncoding === 'json' || inputEncoding === 'text' ? inputEncoding : undefined;
}

function booleanField(object: JsonObject, key: string): boolean | null {
  const value = object[key];
  return typeof value === 'boolean' ? value : null;
}

function objectField(object: JsonObject, key: string): JsonObject | undefined {
  const value = object[key];
  return isObject(value) ? value : undefined;
}
