import type { Mesh } from '@fleetlm/raft/mesh';
import type { LocalBlobs } from '../blobs/local-blobs.ts';
import type { Environment } from '../config/environment.ts';
import type { DataDirectory } from '../control/data-directory.ts';
import type { FatalFailure } from '../control/host-events.ts';
import type { Storage } from '../groups/storage.ts';
import type { LiveDescriptor } from '../membership/cluster-descriptor.ts';
import type { AgentSecrets } from '../runtime/agent-secrets.ts';
import type { EventLoopDelay } from '../telemetry/event-loop-delay.ts';
import type { Faults } from '../telemetry/faults.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** What a node has before its services are built. */
export interface ServicesOptions {
  readonly environment: Environment;
  readonly secrets: AgentSecrets;
  /** What links to files are signed with; the first signs, each of them verifies. */
  readonly linkKeys: readonly [string, ...string[]];
  /** Files on this node's disk. */
  readonly blobs: LocalBlobs;
  readonly descriptor: LiveDescriptor;
  readonly dataDirectory: Pick<
    DataDirectory,
    'saveNonVotingBelow' | 'markOpened' | 'skippedEntries' | 'saveSkippedEntries'
  >;
  /** Of the replicas on this disk: below which index each has no vote. */
  readonly nonVotingBelow: ReadonlyMap<number, number>;
  readonly storage: Storage;
  readonly mesh: Mesh;
  readonly metrics: Metrics;
  readonly faults: Faults;
  readonly eventLoop: EventLoopDelay;
  /** The cluster has other nodes than before. */
  readonly nodesChanged: () => void;
  readonly log: Logger;
  readonly version: string;
  /** The log is damaged or can't be written: the process must end with code 70. */
  readonly onFatal: (failure: FatalFailure) => void;
}
