export { blobIdOf } from '@fleetlm/protocol/plain';
export { isControlKind } from '@fleetlm/protocol/thread';
export {
  type AnswerEnd,
  type AssembledMessage,
  assembleChunk,
  assembleChunks,
  type DataPart,
  EMPTY_MESSAGE,
  type FilePart,
  isDataPart,
  isObject,
  isToolPart,
  type JsonObject,
  partsOf,
  type ReasoningPart,
  type SourceDocumentPart,
  type SourceUrlPart,
  type StepStartPart,
  stringField,
  type TextPart,
  type ToolPart,
  type ToolState,
  textOfParts,
  toolNameOf,
  type UiChunk,
  type UiPart,
} from '@fleetlm/protocol/ui-stream';
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
export type { Files, LinkResult, UploadOptions, UploadResult } from './files/files.ts';
export { FleetClient, type FleetClientOptions } from './fleet-client.ts';
export { type InboxState, unreadTotal } from './inbox/inbox-state.ts';
export type { InboxStore } from './inbox/inbox-store.ts';
export type { Outbox, SendResult } from './outbox/outbox.ts';
export { OUTBOX_ENTRIES_MAX, type OutboxEntry } from './outbox/outbox-state.ts';
export {
  browserOutbox,
  clearBrowserOutbox,
  memoryOutbox,
  type OutboxStorage,
  unsentInBrowser,
} from './outbox/outbox-storage.ts';
export { type LiveAnswer, visibleParts } from './session/live-answer.ts';
export { answerableId } from './session/open-requests.ts';
export { readOverRest } from './session/read-over-rest.ts';
export { type Row, type Rows, rowsOf } from './session/rows.ts';
export type { SessionPhase } from './session/session-state.ts';
export { isBusy } from './session/session-state.ts';
export type { ApprovalDecision, ReadBefore, SessionStore } from './session/session-store.ts';
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
