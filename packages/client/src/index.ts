export {
  type AnswerEnd,
  type AssembledMessage,
  assembleChunk,
  assembleChunks,
  EMPTY_MESSAGE,
  textOfParts,
  type UiChunk,
} from './assemble/assemble-message.ts';
export { isObject, type JsonObject, stringField } from './assemble/fields.ts';
export {
  type DataPart,
  type FilePart,
  isDataPart,
  isToolPart,
  type ReasoningPart,
  type SourceDocumentPart,
  type SourceUrlPart,
  type StepStartPart,
  type TextPart,
  type ToolPart,
  type ToolState,
  toolNameOf,
  type UiPart,
} from './assemble/parts.ts';
export { partsOf } from './assemble/parts-of-message.ts';
export {
  Connection,
  type ConnectionOptions,
  type ConnectionView,
} from './connection/connection.ts';
export type { ConnectionStatus } from './connection/connection-machine.ts';
export type {
  NodeSocket,
  NodeSocketHandlers,
  NodeSocketOptions,
  OpenNodeSocket,
} from './connection/node-socket.ts';
export type { TokenProvider } from './connection/token-source.ts';
export { FleetClient, type FleetClientOptions } from './fleet-client.ts';
export { type InboxState, unreadTotal } from './inbox/inbox-state.ts';
export type { InboxStore } from './inbox/inbox-store.ts';
export type { Outbox, SendResult } from './outbox/outbox.ts';
export type { OutboxEntry } from './outbox/outbox-state.ts';
export { browserOutbox, memoryOutbox, type OutboxStorage } from './outbox/outbox-storage.ts';
export { type LiveAnswer, visibleParts } from './session/live-answer.ts';
export { readOverRest } from './session/read-over-rest.ts';
export { type Row, rowsOf } from './session/rows.ts';
export type { SessionPhase } from './session/session-state.ts';
export { isBusy } from './session/session-state.ts';
export type { ReadBefore, SessionStore } from './session/session-store.ts';
export type { SessionView } from './session/session-view.ts';
export { derived, type ReadableStore, Store } from './store.ts';
export { ulid } from './ulid.ts';
export {
  type AgentStatus,
  epochOf,
  type InboxEntry,
  isMessage,
  type Message,
  type RunStatus,
  type Session,
  type WireError,
} from './wire.ts';
