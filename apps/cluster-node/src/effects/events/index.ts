export type { EventCallOutcome } from './event-call.ts';
export { EventEngine } from './event-engine.ts';
export {
  type DeadLetter,
  eventIdOf,
  type SubscriptionPatch,
  type SubscriptionRecord,
} from './event-records.ts';
