/**
 * The parts of a message as the AI SDK names them (UIMessage `parts`). Own types, because the browser must
 * not ship the `ai` package; `assemble-message.test.ts` holds them against the real one.
 */

import type { JsonObject } from './fields.ts';

/** Text of the answer, in Markdown where the application draws it so. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly state?: 'streaming' | 'done';
  readonly citations?: unknown;
  readonly providerMetadata?: JsonObject;
}

/** What the model wrote before its answer. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly id?: string;
  readonly text: string;
  readonly state?: 'streaming' | 'done';
  readonly providerMetadata?: JsonObject;
}

/** The life of a tool call, from the first byte of its input to its output or its refusal. */
export const TOOL_STATES = [
  'input-streaming',
  'input-available',
  'approval-requested',
  'approval-responded',
  'output-available',
  'output-error',
  'output-denied',
] as const;
export type ToolState = (typeof TOOL_STATES)[number];

/** What the user was asked about a call, and what was decided. `signature` is the agent's, kept byte by byte. */
export interface ToolApproval {
  readonly id: string;
  readonly descriptor?: unknown;
  readonly inputSchemaInput?: unknown;
  readonly requestReason?: string;
  readonly isAutomatic?: boolean;
  readonly signature?: string;
  readonly approved?: boolean;
  readonly reason?: string;
}

/** A call of a tool with its input, its output and what the user decided about it. */
export interface ToolPart {
  readonly type: 'dynamic-tool' | `tool-${string}`;
  /** Only on `dynamic-tool`; otherwise the name is in `type`. */
  readonly toolName?: string;
  readonly toolCallId: string;
  readonly state: ToolState;
  readonly title?: string;
  /** While it is being written (`input-streaming`) it is not here: `withPartialInputs` makes it of `rawInput`. */
  readonly input?: unknown;
  readonly rawInput?: unknown;
  readonly inputEncoding?: 'json' | 'text';
  readonly output?: unknown;
  readonly errorText?: string;
  readonly preliminary?: boolean;
  readonly providerExecuted?: boolean;
  readonly toolMetadata?: JsonObject;
  readonly callProviderMetadata?: JsonObject;
  readonly resultProviderMetadata?: JsonObject;
  readonly approval?: ToolApproval;
}

/** A page that the answer cites. */
export interface SourceUrlPart {
  readonly type: 'source-url';
  readonly sourceId: string;
  readonly url: string;
  readonly title?: string;
  readonly providerMetadata?: JsonObject;
}

/** A document that the answer cites. */
export interface SourceDocumentPart {
  readonly type: 'source-document';
  readonly sourceId: string;
  readonly mediaType: string;
  readonly title: string;
  readonly filename?: string;
  readonly providerMetadata?: JsonObject;
}

/** A file of the answer; `url` may be a data URL. */
export interface FilePart {
  readonly type: 'file' | 'reasoning-file';
  readonly mediaType: string;
  readonly url: string;
  readonly filename?: string;
  readonly providerMetadata?: JsonObject;
}

/** Where a step of the agent begins: one call of its model. */
export interface StepStartPart {
  readonly type: 'step-start';
}

/** Data of the application's own, `data-` and its name. One with an `id` that comes again takes the place of the former. */
export interface DataPart {
  readonly type: `data-${string}`;
  readonly id?: string;
  readonly data: unknown;
  readonly transient?: boolean;
}

/** A provider's own kind of part, named `provider.kind`. */
export interface CustomPart {
  readonly type: 'custom';
  readonly kind: string;
  readonly providerMetadata?: JsonObject;
}

/** A message of the user that reached the agent while it was answering. */
export interface SteeringPart {
  readonly type: 'steering-message';
  readonly id: string;
  readonly parts: unknown;
}

/** Every part of a message. */
export type UiPart =
  | TextPart
  | ReasoningPart
  | ToolPart
  | SourceUrlPart
  | SourceDocumentPart
  | FilePart
  | StepStartPart
  | DataPart
  | CustomPart
  | SteeringPart;

/** Whether a part is a call of a tool: `tool-...` or `dynamic-tool`. */
export function isToolPart(part: UiPart): part is ToolPart {
  return part.type === 'dynamic-tool' || part.type.startsWith('tool-');
}

/** Whether a part is of a type of its application: `data-...`. */
export function isDataPart(part: UiPart): part is DataPart {
  return part.type.startsWith('data-');
}

/** The tool's name, whichever way the part carries it. */
export function toolNameOf(part: ToolPart): string {
  return part.type === 'dynamic-tool' ? (part.toolName ?? 'tool') : part.type.slice('tool-'.length);
}
