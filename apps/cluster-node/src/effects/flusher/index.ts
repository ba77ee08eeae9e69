export { createFlusher } from './flusher.ts';
export type * from './flusher-api.ts';
