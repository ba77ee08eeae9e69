export { BodyTimeoutError, BodyTooLargeError } from '@fleetlm/protocol/plain';
export type { AgentSecret } from './admit-call.ts';
export { type AgentOptions, nodeAgent, webAgent } from './agent.ts';
export {
  Answer,
  type AnswerChunk,
  AnswerError,
  CallerGoneError,
  type ChunkSink,
  textOfError,
} from './answer.ts';
export {
  type AgentCall,
  AgentCallError,
  type AgentMessage,
  newestUserText,
  parseCall,
  textOf,
} from './call.ts';
export { BODY_BYTES_MAX, BODY_TIMEOUT_MS, readBody, streamAnswer } from './node.ts';
export { signWebhook } from './sign.ts';
export { verified } from './verified.ts';
export {
  SIGNATURES_MAX,
  TOLERANCE_SECONDS_DEFAULT,
  type VerifiedWebhook,
  type VerifyOptions,
  verifyWebhook,
  type WebhookHeaders,
  WebhookVerificationError,
} from './verify.ts';
export { answerResponse } from './web.ts';
export { ANSWER_HEADERS, type AnswerOutcome, DONE_EVENT, toEvent } from './write-answer.ts';
