export {
  type FigureWindow,
  sumOf,
  type WindowFigures,
} from './agent-figures.ts';
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
export { DeliveryKeeper } from './delivery-keeper.ts';
export { percentilesOf } from './duration-histogram.ts';
