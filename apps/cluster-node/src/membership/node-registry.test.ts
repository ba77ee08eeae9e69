import { expect, test } from 'vitest';
import { applyRegistryCommand, registryOf } from './node-registry.ts';

const node = (number: number) => ({
  number,
  nodeId: `n${number}`,
  incarnation: `i${number}`,
  host: '127.0.0.1',
  port: 4100 + number,
});

function drained() {
  const registry = registryOf([node(1), node(2), node(3)]);
  const operation = { id: 'op', kind: 'drain', nodeId: 'n2', group: null, by: 'ann' } as const;
  applyRegistryCommand(registry, { type: 'start-operation', operation, timeMs: 1 });
  return registry;
}

const end = (state: 'done' | 'cancelled') =>
  ({ type: 'end-operation', id: 'op', state, by: 'ann', detail: '', timeMs: 2 }) as const;

test('refuses to cancel an operation that is done, names its state and leaves the node drained', () => {
  const registry = drained();
  applyRegistryCommand(registry, end('done'));
  expect(applyRegistryCommand(registry, end('cancelled'))).toEqual({
    type: 'refused',
    code: 'operation-ended',
    detail: 'the operation is already done: there is nothing to cancel',
  });
  expect(registry.operations.get('op')?.state).toBe('done');
  expect(registry.nodes.get(2)?.state).toBe('draining');
});

test('cancelling twice is one cancellation: one entry in the audit, the node active again', () => {
  const registry = drained();
  for (let time = 0; time < 2; time += 1)
    expect(applyRegistryCommand(registry, end('cancelled'))).toMatchObject({
      type: 'operation',
      operation: { state: 'cancelled' },
    });
  expect(registry.audit.map(({ action }) => action)).toEqual(['started', 'cancelled']);
  expect(registry.nodes.get(2)?.state).toBe('active');
});
