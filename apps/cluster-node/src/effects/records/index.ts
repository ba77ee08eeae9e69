export { AgentBudgets, type BudgetState, budgetState, dayOf } from './agent-budgets.ts';
export {
  type Feedback,
  type FeedbackPlace,
  FeedbackStore,
} from './feedback-store.ts';
export { type PrivacyRecord, PrivacyStore } from './privacy-store.ts';
export { RecordDatabase } from './record-database.ts';
export { type UsageReport, UsageStore, type UserUsage } from './usage-store.ts';
