/** From the append-only log to the conversation that people see and agents are sent. */
export {
  isControlKind,
  type LogMessage,
  REGENERATE_KIND,
  type Thread,
  TOOL_RESPONSE_KIND,
  threadOf,
} from './thread.ts';
export { answeredParts, newToolAnswers, type ToolAnswers } from './tool-answers.ts';
