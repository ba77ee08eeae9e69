import { decodeMessages, type MessageBatch } from '../../mesh/raft-codec.ts';
import { FRAME_KIND, openFrame } from '../../mesh/raft-frame.ts';
import {
  decodeSnapshotAnswer,
  decodeSnapshotChunk,
  type SnapshotChunk,
} from '../../mesh/snapshot-codec.ts';
import type { NodeNumber } from '../host-api.ts';
import type { HostCore } from '../host-core.ts';

/** Frames that come in. What can't be read, or speaks for another node, is answered with false. */
export class Intake<TReply> {
  readonly #host: HostCore<TReply>;
  messagesReceived = 0;

  constructor(host: HostCore<TReply>) {
    this.#host = host;
  }

  receive(peer: NodeNumber, frame: Uint8Array): boolean {
    switch (openFrame(frame, this.#host.options.crc32c)) {
      case FRAME_KIND.messages: {
        const decoded = decodeMessages(frame);
        if (!decoded.ok || !this.#isBetween(peer, decoded.value)) return false;
        this.#host.guard(() => this.#step(decoded.value));
        return true;
      }
      case FRAME_KIND.snapshotChunk: {
        const decoded = decodeSnapshotChunk(frame);
        if (!decoded.ok || !this.#isBetween(peer, decoded.value)) return false;
        this.#host.guard(() => this.#snapshotChunk(decoded.value));
        return true;
      }
      case FRAME_KIND.snapshotAnswer: {
        const decoded = decodeSnapshotAnswer(frame);
        if (!decoded.ok || !this.#isBetween(peer, decoded.value)) return false;
        this.#host.guard(() => this.#host.sender.answered(decoded.value));
        return true;
      }
      default:
        return false;
    }
  }

  #isBetween(
    peer: NodeNumber,
    { from, to }: { readonly from: number; readonly to: number },
  ): boolean {
    return from === peer && to === this.#host.options.nodeNumber;
  }

  #step({ groups, messages }: MessageBatch): void {
    const { replicas, rounds, options } = this.#host;
    const now = options.clock.now();
    for (let at = 0; at < messages.length; at += 1) {
      const message = messages[at];
      const replica = replicas.get(groups[at] ?? -1);
      if (message === undefined || replica?.phase !== 'running' || replica.node === null) continue;
      this.messagesReceived += 1;
      switch (message.type) {
        case 'snapshot':
          // Snapshots come in pieces, with their data; the bare message says nothing.
          continue;
        case 'timeout-now':
          if (!this.#host.mayLead || replica.isNonVoting || replica.stall !== null) continue;
          break;
        case 'vote':
        case 'pre-vote':
          replica.candidateSeenMs = now;
          if (replica.isNonVoting) continue;
          break;
        default:
          break;
      }
      replica.node.step(message);
      // Most messages of an idle cluster are heartbeats, which lead to no more than an answer, and those answers, which
      // lead to nothing.
      if (!replica.node.mayHaveReady()) continue;
      if (message.type === 'heartbeat' && replica.readys?.sendMessages() === true)
        rounds.schedule();
      else rounds.mark(replica);
    }
  }

  #snapshotChunk(chunk: SnapshotChunk): void {
    const replica = this.#host.replicas.get(chunk.group);
    if (replica?.phase === 'running') this.#host.arrivals.receive(replica, chunk);
  }
}
