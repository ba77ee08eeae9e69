/** From the append-only log to the conversation that users see and agents are sent. */
export { namesOf } from './named-messages.ts';
export {
  CONTEXT_KIND,
  isControlKind,
  type LogMessage,
  REGENERATE_KIND,
  type Thread,
  TOOL_RESPONSE_KIND,
  threadOf,
} from './thread.ts';
export {
  answeredParts,
  newToolAnswers,
  openRequestsOf,
  type ToolAnswers,
  toolAnswersOf,
} from './tool-answers.ts';
