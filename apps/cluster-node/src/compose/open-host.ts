import { randomInt } from 'node:crypto';
import { createRaftHost, type HostEvent, nodeClock, type RaftHost } from '@fleetlm/raft/host';
import type { Mesh } from '@fleetlm/raft/mesh';
import { crc32c } from '@fleetlm/raft/wal';
import type { PeerNumbers } from '../control/peer-numbers.ts';
import type { GroupReply } from '../groups/group-reply.ts';
import type { Storage } from '../groups/storage.ts';
import { ENTRY_BYTES_MAX } from '../limits.ts';

export interface HostWiring {
  readonly self: number;
  readonly mesh: Pick<Mesh, 'send'>;
  readonly peers: PeerNumbers;
  readonly storage: Storage;
  readonly onEvent: (event: HostEvent) => void;
}

/** The replicas of this node, on its log and the mesh. */
export function openHost({
  self,
  mesh,
  peers,
  storage,
  onEvent,
}: HostWiring): RaftHost<GroupReply> {
  return createRaftHost<GroupReply>({
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
    onEvent,
    limits: { entryBytesMax: ENTRY_BYTES_MAX },
  });
}
