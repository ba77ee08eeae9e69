export type * from './attempt-report.ts';
export type * from './dispatch-api.ts';
export { createDispatchEngine } from './dispatch-engine.ts';
