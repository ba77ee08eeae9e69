import type { Applied, StateMachine } from '../../../host/host-api.ts';
import { EMPTY_HASH, mix } from '../../harness/hash.ts';
import type { GroupTruth } from './truth.ts';

/** A payload: the number of the proposal, then anything. */
export function encodePayload(id: number, bytes: number): Uint8Array {
  const data = new Uint8Array(4 + bytes);
  new DataView(data.buffer).setUint32(0, id, true);
  data.fill(id & 0xff, 4);
  return data;
}

export function payloadId(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(0, true);
}

const STATE_BYTES = 24;

/** A state machine that is a hash over everything it was given, in order. Replies with the index. */
export class ChainMachine implements StateMachine<number> {
  readonly #truth: GroupTruth;
  readonly #crc32c: (bytes: Uint8Array) => number;
  readonly #stateBytesMax: number;
  /** Index of the newest entry that was applied, and the hash up to it. */
  index = 0;
  hash = EMPTY_HASH;

  constructor(truth: GroupTruth, crc32c: (bytes: Uint8Array) => number, stateBytesMax: number) {
    this.#truth = truth;
    this.#crc32c = crc32c;
    this.#stateBytesMax = stateBytesMax;
  }

  apply(index: number, data: Uint8Array): Applied<number> {
    this.hash = mix(mix(this.hash, index), this.#crc32c(data));
    this.#truth.applied(this.index, index, payloadId(data), this.hash);
    this.index = index;
    return { status: 'applied', reply: index };
  }

  /** As long as it takes to need several pieces; what follows the state is derived from it. */
  snapshot(): Uint8Array {
    const filler = this.#stateBytesMax === 0 ? 0 : this.index % this.#stateBytesMax;
    const data = new Uint8Array(STATE_BYTES + filler);
    const view = new DataView(data.buffer);
    view.setFloat64(0, this.index, true);
    view.setFloat64(8, this.hash, true);
    view.setUint32(16, filler, true);
    data.fill(this.index & 0xff, STATE_BYTES);
    return data;
  }

  restore(data: Uint8Array): void {
    const view = new DataView(data.buffer, data.byteOffset);
    const index = view.getFloat64(0, true);
    const hash = view.getFloat64(8, true);
    const filler = view.getUint32(16, true);
    const isWhole =
      data.length === STATE_BYTES + filler &&
      data.subarray(STATE_BYTES).every((byte) => byte === (index & 0xff));
    this.#truth.restored(index, hash, isWhole);
    this.index = index;
    this.hash = hash;
  }
}
