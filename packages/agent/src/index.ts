export { ANSWER_HEADERS, Answer, type AnswerChunk, DONE_EVENT, toEvent } from './answer.ts';
export {
  type AgentCall,
  AgentCallError,
  type AgentMessage,
  newestUserText,
  parseCall,
  textOf,
} from './call.ts';
export { readBody, streamAnswer } from './node.ts';
export { verifyWebhook, type WebhookHeaders, WebhookVerificationError } from './verify.ts';
export { answerResponse } from './web.ts';
