import type { Replica } from './replica.ts';
import type { MemoryUse } from './rounds/replica-log.ts';

/**
 * Keeps the entries that all groups hold in memory within the node's budget: the group with the most lets go
 * of its older half, as far as it is applied. What is needed later is read from the log.
 */
export function enforceMemoryBudget<TReply>(
  replicas: Iterable<Replica<TReply>>,
  use: MemoryUse,
  bytesMax: number,
): void {
  const all = [...replicas];
  for (let count = 0; use.bytes > bytesMax && count < all.length; count += 1) {
    let largest: Replica<TReply> | undefined;
    for (const replica of all) if (replica.log.bytes > (largest?.log.bytes ?? 0)) largest = replica;
    if (largest === undefined) return;
    const { log, applied } = largest;
    const before = log.bytes;
    log.forget(Math.min(applied + 1, Math.ceil((log.memoryFirst + log.lastIndex() + 1) / 2)));
    // Nothing of it is applied: all the others hold less, so the budget can't be kept now.
    if (log.bytes === before) return;
  }
}
