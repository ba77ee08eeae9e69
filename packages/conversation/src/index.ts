export { apply } from './apply.ts';
export type { Command, CommandType, NewMessage, Payload, Sender } from './commands.ts';
export { COMMAND_VERSION } from './commands.ts';
export { createGroupState } from './group-record.ts';
export {
  dueDispatches,
  type FlushCandidate,
  flushCandidates,
  getInbox,
  getSession,
  inboxChanges,
  listSessions,
  type RunningSession,
  readMessages,
  runningDispatches,
  sessionHead,
  type TailPage,
  type WaitingSession,
} from './read.ts';
export type { Applied, Effect, EffectType, RefusalCode, Reply } from './results.ts';
export type {
  DispatchState,
  DispatchStatus,
  GroupState,
  Inbox,
  Message,
  Session,
  SessionHead,
  SessionStatus,
} from './state.ts';
export { CLIENT_MESSAGE_IDS_MAX, TAIL_MESSAGES_MIN } from './state.ts';
