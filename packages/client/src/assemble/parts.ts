/**
 * The parts of a message as the AI SDK names them (UIMessage `parts`). Own types, because the browser must
 * not ship the `ai` package; `assemble-message.test.ts` holds them against the real one.
 */

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly state?: 'streaming' | 'done';
}

export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  readonly state?: 'streaming' | 'done';
}

export type ToolState =
  | 'input-streaming'
  | 'input-available'
  | 'approval-requested'
  | 'approval-responded'
  | 'output-available'
  | 'output-error'
  | 'output-denied';

export interface ToolPart {
  readonly type: 'dynamic-tool' | `tool-${string}`;
  /** Only on `dynamic-tool`; otherwise the name is in `type`. */
  readonly toolName?: string;
  readonly toolCallId: string;
  readonly state: ToolState;
  readonly title?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly errorText?: string;
  readonly preliminary?: boolean;
  readonly approval?: { readonly id: string; readonly approved?: boolean };
}

export interface SourceUrlPart {
  readonly type: 'source-url';
  readonly sourceId: string;
  readonly url: string;
  readonly title?: string;
}

export interface SourceDocumentPart {
  readonly type: 'source-document';
  readonly sourceId: string;
  readonly mediaType: string;
  readonly title: string;
  readonly filename?: string;
}

export interface FilePart {
  readonly type: 'file' | 'reasoning-file';
  readonly mediaType: string;
  readonly url: string;
  readonly filename?: string;
}

export interface StepStartPart {
  readonly type: 'step-start';
}

export interface DataPart {
  readonly type: `data-${string}`;
  readonly id?: string;
  readonly data: unknown;
}

export type UiPart =
  | TextPart
  | ReasoningPart
  | ToolPart
  | SourceUrlPart
  | SourceDocumentPart
  | FilePart
  | StepStartPart
  | DataPart;

export function isToolPart(part: UiPart): part is ToolPart {
  return part.type === 'dynamic-tool' || part.type.startsWith('tool-');
}

export function isDataPart(part: UiPart): part is DataPart {
  return part.type.startsWith('data-');
}

/** The tool's name, whichever way the part carries it. */
export function toolNameOf(part: ToolPart): string {
  return part.type === 'dynamic-tool' ? (part.toolName ?? 'tool') : part.type.slice('tool-'.length);
}
