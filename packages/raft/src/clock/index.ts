export { EventHeap } from './event-heap.ts';
export { nodeClock } from './node-clock.ts';
