import type { GroupState } from '../state.ts';
import { exportState } from './snapshot.ts';

/**
 * Sixteen hexadecimal digits that are the same for two states exactly when a snapshot of them is (but for chance):
 * for comparing replicas. Takes time in proportion to the state.
 */
export function stateDigest(state: GroupState): string {
  const lanes = new Lanes();
  addValue(lanes, exportState(state));
  return lanes.digits();
}

/** Two 32-bit multiply-and-rotate lanes with different constants, as in MurmurHash3. */
class Lanes {
  #a = 0x2f0b_4c47;
  #b = 0x6a09_e667;

  add(word: number): void {
    this.#a = Math.imul(rotated(this.#a ^ Math.imul(word, 0xcc9e_2d51), 13), 5) + 0x6546_b64;
    this.#b = Math.imul(rotated(this.#b ^ Math.imul(word, 0x1b87_3593), 17), 9) + 0x3c6e_f372;
  }

  digits(): string {
    return [this.#a, this.#b]
      .map((lane) => (finished(lane) >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function finished(lane: number): number {
  let word = lane;
  word = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2_ae35);
  return word ^ (word >>> 16);
}

/** Every kind of value begins with a word of its own, and everything that has a length with its length. */
function addValue(lanes: Lanes, value: unknown): void {
  if (value === null) {
    lanes.add(1);
  } else if (typeof value === 'number') {
    lanes.add(2);
    lanes.add(value | 0);
    lanes.add(Math.floor(value / 0x1_0000_0000) | 0);
  } else if (typeof value === 'string') {
    addText(lanes, value);
  } else if (value instanceof Uint8Array) {
    lanes.add(4);
    lanes.add(value.length);
    for (const byte of value) lanes.add(byte);
  } else if (Array.isArray(value)) {
    lanes.add(5);
    lanes.add(value.length);
    for (const member of value) addValue(lanes, member);
  } else if (typeof value === 'object') {
    // The order of keys is not part of a value; every object here is small.
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    lanes.add(6);
    lanes.add(entries.length);
    for (const [key, member] of entries) {
      addText(lanes, key);
      addValue(lanes, member);
    }
  } else {
    throw new TypeError(`a snapshot holds no ${typeof value}`);
  }
}

function addText(lanes: Lanes, text: string): void {
  lanes.add(3);
  lanes.add(text.length);
  for (let index = 0; index < text.length; index += 1) lanes.add(text.charCodeAt(index));
}
