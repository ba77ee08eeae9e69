export {
  type StatsWindow,
  sumOf,
  type WindowStats,
} from './attempt-stats.ts';
export { type DeadLetterGroup, deadLettersOf, groupOfDelivery, groupsOf } from './dead-letters.ts';
export {
  attemptState,
  type Delivery,
  type DeliveryAttempt,
  type DeliveryPlace,
  deliveriesOf,
  fittingDeliveries,
  newestFirst,
  type RecordedAttempt,
} from './delivery-attempt.ts';
export { DeliveryRecorder } from './delivery-recorder.ts';
export { percentilesOf } from './duration-histogram.ts';
