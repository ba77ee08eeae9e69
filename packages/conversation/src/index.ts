export type { Command, CommandType, NewMessage, Payload, Sender } from './commands.ts';
export { COMMAND_VERSION } from './commands.ts';
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
