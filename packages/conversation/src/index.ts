export { apply } from './commands/apply.ts';
export type {
  Command,
  CommandType,
  HeldAnswer,
  NewMessage,
  Payload,
  Sender,
  ToolRequests,
  ToolResponse,
  WhileAnswering,
} from './commands/commands.ts';
export { COMMAND_VERSION, WHILE_ANSWERING } from './commands/commands.ts';
export {
  type ParsedCommand,
  parseAppend,
  parseCommand,
  versioned,
  WATERMARKS_MAX,
} from './commands/parse-command.ts';
export type { Applied, Effect, EffectType, RefusalCode, Reply } from './commands/results.ts';
export { createGroupState } from './group-record.ts';
export {
  answerCheckpoint,
  dueDispatches,
  type FlushCandidate,
  type FlushLimits,
  findHead,
  flushCandidates,
  getInbox,
  getSession,
  type InboxChanges,
  inboxChanges,
  isCold,
  knowsMessage,
  listSessions,
  openRequests,
  type PageSize,
  pageBytes,
  type RunningSession,
  readColdMessages,
  readMessages,
  runningDispatches,
  sessionHead,
  type TailPage,
  type WaitingSession,
} from './read.ts';
export { DEBOUNCE_WINDOWS_MAX } from './session/dispatch-table.ts';
export {
  adoptSession,
  coldStats,
  EVICTED_TAIL_BYTES_MAX,
  type EvictionQuery,
  evictionCandidates,
} from './session/eviction.ts';
export type { HeadFieldOf, PublicName, SessionHead } from './session/session-head.ts';
export { spillTails } from './session/spill.ts';
export type { SpillStore } from './session/spilled-front.ts';
export { stateDigest } from './snapshot/digest.ts';
export { importState } from './snapshot/import-state.ts';
export {
  ERROR_LENGTH_MAX,
  FormatError,
  ID_LENGTH_MAX,
  KIND_LENGTH_MAX,
  PREVIEW_LENGTH_MAX,
  REQUEST_KEY_LENGTH_MAX,
  REQUESTS_MAX,
} from './snapshot/plain-fields.ts';
export { leaveGaps, type RestoreGaps } from './snapshot/restore.ts';
export type { SessionSnapshot } from './snapshot/session-snapshot.ts';
export { exportState, type GroupSnapshot, SNAPSHOT_VERSION } from './snapshot/snapshot.ts';
export { readSessionSnapshot } from './snapshot/snapshot-fields.ts';
export type {
  AnswerCheckpoint,
  DispatchState,
  DispatchStatus,
  GroupState,
  Inbox,
  Message,
  OpenRequests,
  Session,
  SessionStatus,
} from './state.ts';
export {
  CHECKPOINT_BYTES_MAX,
  CLIENT_CLOCK_AHEAD_MAX_MS,
  CLIENT_MESSAGE_IDS_MAX,
  CONTEXT_KIND,
  METADATA_BYTES_PER_USER_MAX,
  SESSIONS_PER_USER_MAX,
  TAIL_BYTES_MAX,
  TAIL_MESSAGES_MIN,
  VOID_KIND,
  VOID_SEQS_MAX,
} from './state.ts';
