import { randomInt } from 'node:crypto';
import { createRaftHost, nodeClock, type RaftHost } from '@fleetlm/raft/host';
import { crc32c } from '@fleetlm/raft/wal';
import { GroupLocator } from '../control/group-locator.ts';
import { LivePlacement } from '../control/live-placement.ts';
import { Replicas } from '../control/replicas.ts';
import { GroupDirectory } from '../control/reports/group-directory.ts';
import { PeerNumbers } from '../control/reports/peer-numbers.ts';
import { StalledGroups } from '../control/stalled-groups.ts';
import type { GroupReply } from '../groups/group-reply.ts';
import { Groups } from '../groups/groups.ts';
import { SpillFile } from '../groups/spill-file.ts';
import { ENTRY_BYTES_MAX } from '../limits.ts';
import { ownNumber } from '../membership/cluster-descriptor.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { ServicesOptions } from './services-options.ts';
import type { Wires } from './wires.ts';

export interface Replication {
  /** This node's number: its replica id in every group. */
  readonly self: number;
  readonly peers: PeerNumbers;
  readonly groups: Groups;
  readonly host: RaftHost<GroupReply>;
  /** Who holds and leads the groups, as the nodes report. */
  readonly directory: GroupDirectory;
  readonly placement: LivePlacement;
  readonly replicas: Replicas;
  readonly stalled: StalledGroups;
  readonly locator: GroupLocator;
}

/** The replicas of this node on its log and the mesh, and what is known of the others. */
export function buildReplication(options: ServicesOptions, wires: Wires): Replication {
  const { environment, descriptor, dataDirectory, storage, mesh, metrics, faults, log } = options;
  const self = ownNumber(descriptor, environment.nodeId);
  const peers = new PeerNumbers(descriptor);
  const groups = new Groups({
    self,
    founders: descriptor.founders,
    perform: wires.effect.call,
    spill: new SpillFile(environment.dataDirectory),
    hotBytesMax: environment.hotBytesMax,
    metrics,
    log,
    onError: (error) => faults.handler('effect', error),
    systemChanged: wires.systemChanged.call,
  });
  const host = createRaftHost<GroupReply>({
    nodeNumber: self,
    clock: nodeClock,
    transport: {
      send: (peer, frame, lane) => {
        const nodeId = peers.nodeIdOf(peer);
        return nodeId !== null && mesh.send(nodeId, lane, frame);
      },
    },
    ...storage,
    random: (bound) => randomInt(bound),
    crc32c,
    onEvent: guarded('raft-event', wires.hostEvent.call),
    limits: { entryBytesMax: ENTRY_BYTES_MAX },
  });
  groups.attach(host);
  const parts = { self, descriptor, groups, host, mesh };
  const directory = new GroupDirectory(() => performance.now());
  const placement = new LivePlacement(descriptor, groups);
  const replicas = new Replicas({
    ...parts,
    nonVotingBelow: options.nonVotingBelow,
    saveNonVotingBelow: (indexes) => dataDirectory.saveNonVotingBelow(indexes),
    servingChanged: wires.servingChanged.call,
  });
  return {
    self,
    peers,
    groups,
    host,
    directory,
    placement,
    replicas,
    stalled: new StalledGroups({ host, directory: dataDirectory, onError: faults.report }),
    locator: new GroupLocator({ ...parts, placement, replicas, directory }),
  };
}
