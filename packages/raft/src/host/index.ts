export type { Clock, Timer } from '../clock/clock.ts';
export { nodeClock } from '../clock/node-clock.ts';
export type { SnapshotReader } from '../wal/index.ts';
export type * from './host-api.ts';
export { HOST_LIMITS_DEFAULT, type HostLimits, type HostOptions } from './host-options.ts';
export { createRaftHost } from './raft-host.ts';
