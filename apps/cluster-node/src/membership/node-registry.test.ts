import { expect, test } from 'vitest';
import type { FailureDomains } from './failure-domains.ts';
import { decodeFounding } from './founding-messages.ts';
import { applyRegistryCommand, registryOf } from './node-registry.ts';
import {
  decodeSystemCommand,
  decodeSystemState,
  encodeSystemCommand,
  encodeSystemState,
  systemCommandProblem,
} from './system-codec.ts';
import { emptySystemState } from './system-state.ts';

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

function join(number: number, domains: FailureDomains) {
  const { number: _, ...where } = node(number);
  const operationId = `join of ${number}`;
  return { type: 'join-node', ...where, ...domains, operationId, timeMs: 3 } as const;
}

test('a node brings its zone and its host along, and announces others when it moves', () => {
  const registry = registryOf([node(1)]);
  const reply = applyRegistryCommand(registry, join(2, { zone: 'a', hostId: 'h2' }));
  expect(reply).toMatchObject({
    type: 'node',
    node: { state: 'joining', zone: 'a', hostId: 'h2' },
  });
  applyRegistryCommand(registry, join(1, { zone: 'b', hostId: 'h1' }));
  expect(registry.nodes.get(1)).toMatchObject({ state: 'active', zone: 'b', hostId: 'h1' });
  applyRegistryCommand(registry, join(1, { hostId: 'h1' }));
  expect(registry.nodes.get(1)?.zone).toBeUndefined();
});

test('zones and hosts are in commands and snapshots where a node has them, and nowhere else', () => {
  const command = join(2, { zone: 'a', hostId: 'h2' });
  expect(decodeSystemCommand(encodeSystemCommand(command))).toEqual({ ok: true, command });
  const state = emptySystemState([{ ...node(1), zone: 'a', hostId: 'h1' }, node(2)]);
  const bytes = encodeSystemState(state);
  const nodes = new Map(decodeSystemState(bytes).registry.nodes);
  expect(nodes.get(1)).toMatchObject({ zone: 'a', hostId: 'h1' });
  expect(Object.keys(nodes.get(2) ?? {})).toEqual([...Object.keys(node(2)), 'state', 'sinceMs']);
});

test.each([{ zone: '' }, { zone: 'x'.repeat(254) }, { hostId: 'x'.repeat(254) }])(
  'a name of a zone or a host that is too long, or empty, is refused: %j',
  (domains) => {
    const command = join(2, domains);
    expect(systemCommandProblem(command)).toContain(Object.keys(domains)[0]);
    const request = {
      type: 'join',
      nodeId: 'n2',
      incarnation: 'i',
      host: 'h',
      port: 1,
      ...domains,
    };
    expect(decodeFounding(new TextEncoder().encode(JSON.stringify(request)))).toBe('other-version');
  },
);
