export { nodeClock } from './node-clock.ts';
