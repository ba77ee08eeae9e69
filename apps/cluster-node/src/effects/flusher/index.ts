export { createFlusher } from './flusher.ts';
export type * from './flusher-api.ts';
export type { SnapshotPorts } from './snapshot-archive.ts';
