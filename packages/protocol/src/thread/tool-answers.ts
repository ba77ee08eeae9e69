import { isObject, type JsonObject, optional, stringField } from '../ui-stream/fields.ts';
import { isToolPart, type ToolPart, type UiPart } from '../ui-stream/parts.ts';
import { isUiPart } from '../ui-stream/parts-of-message.ts';

/** What a user's side says to tool calls. */
export interface ToolAnswers {
  readonly approvals: readonly {
    readonly approval_id: string;
    readonly approved: boolean;
    readonly reason?: string;
  }[];
  readonly outputs: readonly ToolOutput[];
}

type ToolOutput =
  | { readonly tool_call_id: string; readonly output: unknown }
  | { readonly tool_call_id: string; readonly error_text: string };

/** The `content` of a tool response, read leniently: it was checked when it was sent, or came another way. */
export function toolAnswersOf(content: JsonObject): ToolAnswers {
  const approvals = listOf(content.approvals).flatMap((entry) => {
    const id = stringField(entry, 'approval_id');
    if (id === null || typeof entry.approved !== 'boolean') return [];
    const reason = optional('reason', stringField(entry, 'reason'));
    return [{ approval_id: id, approved: entry.approved, ...reason }];
  });
  const outputs = listOf(content.outputs).flatMap((entry): ToolOutput[] => {
    const id = stringField(entry, 'tool_call_id');
    if (id === null) return [];
    const errorText = stringField(entry, 'error_text');
    if (errorText !== null) return [{ tool_call_id: id, error_text: errorText }];
    return 'output' in entry ? [{ tool_call_id: id, output: entry.output }] : [];
  });
  return { approvals, outputs };
}

/**
 * The parts with the answers in them, as `useChat` writes them itself. Only a call that waits for an answer takes one:
 * the first decision counts, also when it is made on two devices. What the agent signed stays as it is.
 */
export function answeredParts(parts: unknown, answers: ToolAnswers): readonly UiPart[] {
  const byId: AnswersById = {
    approvals: firstById(answers.approvals, ({ approval_id }) => approval_id),
    outputs: firstById(answers.outputs, ({ tool_call_id }) => tool_call_id),
  };
  return partsIn(parts).map((part) => (isToolPart(part) ? answered(part, byId) : part));
}

/** Tool calls that wait for the user. */
export interface OpenToolCalls {
  /** Ids of approvals. */
  readonly approvals: readonly string[];
  /** Ids of calls whose output comes from the user's side. */
  readonly outputs: readonly string[];
}

/**
 * What a message that has ended waits for: approvals, and outputs of calls of its last step, as the AI SDK counts them. A model
 * is given all results of a step at once, so the agent is called again when all of them are here.
 */
export function openRequestsOf(parts: readonly UiPart[]): OpenToolCalls {
  const lastStep = parts.findLastIndex(({ type }) => type === 'step-start');
  const approvals: string[] = [];
  const outputs: string[] = [];
  for (const [index, part] of parts.entries()) {
    if (!isToolPart(part)) continue;
    if (isAsking(part)) approvals.push(part.approval.id);
    else if (
      part.state === 'input-available' &&
      part.providerExecuted !== true &&
      index >= lastStep
    )
      outputs.push(part.toolCallId);
  }
  return { approvals, outputs };
}

/**
 * What a browser's copy of a message answers that the log's own does not know yet; null: nothing. Of the copy only the
 * answers are taken, never inputs or signatures.
 */
export function newToolAnswers(own: unknown, copy: unknown): ToolAnswers | null {
  const approvals: ToolAnswers['approvals'][number][] = [];
  const outputs: ToolAnswers['outputs'][number][] = [];
  const theirs = new Map(
    partsIn(copy)
      .filter(isToolPart)
      .map((part) => [part.toolCallId, part]),
  );
  for (const part of partsIn(own).filter(isToolPart)) {
    const other = theirs.get(part.toolCallId);
    const approved = other?.approval?.approved;
    if (other === undefined) continue;
    if (isAsking(part) && approved !== undefined) {
      const reason = optional('reason', other.approval?.reason);
      approvals.push({ approval_id: part.approval.id, approved, ...reason });
    } else if (part.state === 'input-available' && other.state === 'output-available')
      outputs.push({ tool_call_id: part.toolCallId, output: other.output ?? null });
    else if (part.state === 'input-available' && other.state === 'output-error')
      outputs.push({ tool_call_id: part.toolCallId, error_text: other.errorText ?? '' });
  }
  return approvals.length + outputs.length === 0 ? null : { approvals, outputs };
}

/** Both are as long as a browser likes: they are looked up, not gone through for every part. */
interface AnswersById {
  readonly approvals: ReadonlyMap<string, ToolAnswers['approvals'][number]>;
  readonly outputs: ReadonlyMap<string, ToolOutput>;
}

function firstById<T>(answers: readonly T[], idOf: (answer: T) => string): ReadonlyMap<string, T> {
  return new Map(answers.toReversed().map((answer) => [idOf(answer), answer]));
}

function answered(part: ToolPart, { approvals, outputs }: AnswersById): ToolPart {
  if (isAsking(part)) {
    const decision = approvals.get(part.approval.id);
    if (decision === undefined) return part;
    const { approved, reason } = decision;
    const approval = { ...part.approval, approved, ...optional('reason', reason) };
    return { ...part, state: 'approval-responded', approval };
  }
  const output = outputs.get(part.toolCallId);
  if (part.state !== 'input-available' || output === undefined) return part;
  return 'output' in output
    ? { ...part, state: 'output-available', output: output.output }
    : { ...part, state: 'output-error', errorText: output.error_text };
}

function isAsking(
  part: ToolPart,
): part is ToolPart & { readonly approval: NonNullable<ToolPart['approval']> } {
  return part.state === 'approval-requested' && part.approval !== undefined;
}

function partsIn(value: unknown): readonly UiPart[] {
  return Array.isArray(value) ? value.filter(isUiPart) : [];
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
