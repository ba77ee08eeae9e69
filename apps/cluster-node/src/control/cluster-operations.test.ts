import { expect, test } from 'vitest';
import { applyRegistryCommand, registryOf } from '../membership/node-registry.ts';
import { ClusterOperations } from './cluster-operations.ts';

test('the audit has operations and revived groups, newest first', () => {
  const registry = registryOf([]);
  const join = (nodeId: string, timeMs: number) =>
    applyRegistryCommand(registry, {
      type: 'join-node',
      nodeId,
      incarnation: nodeId,
      host: '127.0.0.1',
      port: 1,
      operationId: `join-${nodeId}`,
      timeMs,
    });
  join('n1', 1_000);
  join('n2', 3_000);
  const digest = 'a'.repeat(64);
  const operations = new ClusterOperations({
    registry: () => registry,
    skipped: () => [{ group: 7, index: 1204, term: 9, digest, by: 'ann', atMs: 2_000 }],
    input: () => {
      throw new Error('not asked for');
    },
    groupCount: 16,
    coordinator: () => null,
    router: { request: () => Promise.reject(new Error('not asked for')) },
  });
  const at = (second: number) => `1970-01-01T00:00:0${second}.000Z`;
  expect(operations.audit()).toMatchObject([
    { at: at(3), kind: 'join', operation_id: 'join-n2', entry_index: null },
    { at: at(2), kind: 'revive', operation_id: null, by: 'ann', group: 7, entry_index: 1204 },
    { at: at(1), kind: 'join', operation_id: 'join-n1', entry_index: null },
  ]);
  expect(operations.audit()[1]?.detail).toContain(digest);
  for (let number = 0; number < 1_000; number += 1) join(`m${number}`, 4_000 + number);
  expect(operations.audit()).toHaveLength(1_000);
  expect(operations.audit()[0]?.node_id).toBe('m999');
});
