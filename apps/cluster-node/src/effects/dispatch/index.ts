export { checkpointedAnswer } from './attempt/answer-checkpoint.ts';
export type * from './attempt/attempt-report.ts';
export { newestFitting } from './call/webhook-body.ts';
export type * from './dispatch-api.ts';
export { createDispatchEngine } from './dispatch-engine.ts';
export { DISPATCH_LIMITS } from './dispatch-limits.ts';
export { tokensOf } from './history/compaction.ts';
export { agentOfSession, overridesOf } from './history/context-overrides.ts';
export { threadHistory, throughSeqOf } from './history/thread-history.ts';
export {
  type TestCall,
  TestCaller,
  type TestedAgent,
  type TestReport,
} from './test-call/test-caller.ts';
