export type { Clock, Timer } from './clock.ts';
export { nodeClock } from './node-clock.ts';
