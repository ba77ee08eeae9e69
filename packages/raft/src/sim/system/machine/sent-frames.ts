import type { HostLane } from '../../../host/host-api.ts';
import { decodeMessages, decodeSnapshotChunk, FRAME_KIND, openFrame } from '../../../mesh/index.ts';
import { crc32c } from '../../../wal/index.ts';
import { broken } from '../../harness/broken.ts';
import type { Shared } from '../shared.ts';
import type { SimNode } from './sim-node.ts';

export function nodeName(number: number): string {
  return `node-${number}`;
}

export function numberOf(nodeId: string): number {
  return Number(nodeId.slice('node-'.length));
}

/** Sends a frame of a host, after a look at what it promises. */
export function checkedSend(
  { coverage }: Shared,
  node: SimNode,
  peer: number,
  frame: Uint8Array,
  lane: HostLane,
): boolean {
  const { running } = node;
  if (running === null) return false;
  switch (openFrame(frame, crc32c)) {
    case FRAME_KIND.messages: {
      const decoded = decodeMessages(frame);
      if (!decoded.ok) return broken('frames', `node ${node.number}: ${decoded.error}`);
      const { groups, messages } = decoded.value;
      for (const [at, message] of messages.entries()) {
        node.durable.checkPromise(groups[at] ?? -1, message);
        if (message.type === 'timeout-now') coverage.count('leadership handed over');
      }
      break;
    }
    case FRAME_KIND.snapshotChunk: {
      const decoded = decodeSnapshotChunk(frame);
      if (!decoded.ok) return broken('frames', `node ${node.number}: ${decoded.error}`);
      const { offset, totalBytes, data } = decoded.value;
      if (offset > 0 && offset + data.length === totalBytes)
        coverage.count('snapshot sent in chunks');
      break;
    }
    default:
      break;
  }
  return running.mesh.send(nodeName(peer), lane, frame);
}
