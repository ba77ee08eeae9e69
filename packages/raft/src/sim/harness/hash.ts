import type { ConfState, Entry } from '../../core/index.ts';

/** Start of every chain: the empty log. */
export const EMPTY_HASH = 0;

const TYPE_CODES = { normal: 1, 'conf-change': 2, 'conf-change-v2': 3 } as const;

/**
 * Mixes a value into a hash of 53 bits (two 32-bit multiplicative lanes), so that a chain over the log
 * stands for its whole prefix.
 */
export function mix(hash: number, value: number): number {
  const low = value >>> 0;
  const high = Math.floor(value / 2 ** 32) >>> 0;
  let a = (hash >>> 0) ^ low;
  let b = Math.floor(hash / 2 ** 32) ^ high ^ 0x5bd1e995;
  a = Math.imul(a ^ (a >>> 15), 0x85ebca6b) + b;
  b = Math.imul(b ^ (b >>> 13), 0xc2b2ae35) + Math.imul(a, 0x27d4eb2f);
  a = Math.imul(a ^ (a >>> 16) ^ b, 0x165667b1);
  b ^= a >>> 11;
  return (b & 0x1fffff) * 2 ** 32 + (a >>> 0);
}

export function mixEntry(hash: number, entry: Entry): number {
  let result = mix(mix(hash, entry.term), TYPE_CODES[entry.type] + entry.data.length * 4);
  for (const byte of entry.data) result = mix(result, byte);
  return result;
}

export function mixText(hash: number, text: string): number {
  let result = hash;
  for (let i = 0; i < text.length; i += 1) result = mix(result, text.charCodeAt(i));
  return result;
}

export function hashConfState(state: ConfState): number {
  let result = state.autoLeave ? 1 : 2;
  for (const ids of [state.voters, state.learners, state.votersOutgoing, state.learnersNext]) {
    for (const id of ids) result = mix(result, id);
    result = mix(result, 0);
  }
  return result;
}
