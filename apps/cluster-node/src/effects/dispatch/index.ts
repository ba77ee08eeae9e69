export { checkpointedAnswer } from './answer-checkpoint.ts';
export type * from './attempt-report.ts';
export type * from './dispatch-api.ts';
export { createDispatchEngine } from './dispatch-engine.ts';
export { DISPATCH_LIMITS } from './dispatch-limits.ts';
export { type TestCall, TestCaller, type TestedAgent, type TestReport } from './test-caller.ts';
export { threadHistory, throughSeqOf } from './thread-history.ts';
