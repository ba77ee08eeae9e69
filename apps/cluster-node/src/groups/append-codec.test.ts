import { type Command, parseCommand, versioned } from '@fleetlm/conversation';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FLAT_COMMAND_VERSION } from './append-codec.ts';
import { commandProblem, decodeCommand, encodeCommand } from './command-codec.ts';

type AppendMessage = Extract<Command, { readonly type: 'append-message' }>;

function append(fields: Partial<AppendMessage> = {}, bytes = 200): AppendMessage {
  return {
    type: 'append-message',
    sessionId: '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ',
    sender: { type: 'user', id: 'alice' },
    clientMessageId: 'client-1',
    message: {
      id: '0197d3b0-0000-7000-8000-000000000001',
      kind: 'text',
      payload: new Uint8Array(bytes).fill(120),
      preview: 'Zürich – 你好',
    },
    debounceMs: 500,
    whileAnswering: 'queue',
    held: null,
    timeMs: 1_700_000_000_000,
    ...fields,
  };
}

function versionOf(entry: Uint8Array): number | undefined {
  return entry[1];
}

describe('an append in the log', () => {
  const text = (lengthMax: number) =>
    fc.string({ unit: 'binary', minLength: 1, maxLength: lengthMax });
  const anyAppend = fc
    .record({
      sessionId: text(64),
      sender: fc.record({
        type: fc.constantFrom('user' as const, 'agent' as const),
        id: text(1_024),
      }),
      clientMessageId: text(1_024),
      message: fc.record({
        id: text(64),
        kind: text(256),
        payload: fc.uint8Array({ maxLength: 20_000, size: 'max' }),
        preview: fc.string({ unit: 'binary', maxLength: 1_024 }),
      }),
      debounceMs: fc.nat({ max: 2 ** 31 - 1 }),
      whileAnswering: fc.constantFrom('queue', 'interrupt', 'reject', 'merge'),
      timeMs: fc.nat({ max: 2 ** 48 - 1 }),
    })
    .map((fields) => append(fields));

  test('is read as it was written, whatever its texts are', () => {
    fc.assert(
      fc.property(anyAppend, (command) => {
        fc.pre(commandProblem(command) === null);
        const parsed = decodeCommand(encodeCommand(command));
        const message = { ...command.message, payload: Buffer.from(command.message.payload) };
        expect(parsed).toEqual({ ok: true, command: { ...command, message } });
      }),
    );
  });

  test.each<[string, Partial<AppendMessage>]>([
    ['an empty session', { sessionId: '' }],
    ['a sender of 1,025 characters', { sender: { type: 'user', id: 'x'.repeat(1_025) } }],
    ['a time before 1970', { timeMs: -1 }],
    ['half a millisecond', { debounceMs: 0.5 }],
  ])('with %s has the problem that any command has', (_, fields) => {
    const command = append(fields);
    const named = parseCommand(versioned(command));
    expect(commandProblem(command)).toBe(named.ok ? null : named.error);
    expect(commandProblem(command)).not.toBeNull();
  });

  test('has the form with names when it is large, asks, decides or ends an answer', () => {
    const { message } = append();
    const held = { epoch: 1, attempt: 1, partial: null };
    const requests = { names: ['a'], keys: ['b'] };
    const response = { name: 'a', keys: ['b'] };
    expect(versionOf(encodeCommand(append()))).toBe(FLAT_COMMAND_VERSION);
    const named = [
      append({}, 17_000),
      append({ held }),
      append({ expectedSeq: 3 }),
      append({ message: { ...message, requests } }),
      append({ message: { ...message, response } }),
    ];
    for (const command of named) {
      expect(versionOf(encodeCommand(command))).toBe(1);
      expect(decodeCommand(encodeCommand(command))).toMatchObject({ ok: true });
    }
  });

  test('that is cut anywhere, or has more at its end, is malformed', () => {
    const entry = encodeCommand(append());
    const cuts = [...entry.keys()].map((length) => entry.subarray(0, length));
    for (const damaged of [...cuts, Buffer.concat([entry, Buffer.of(0)])])
      expect(decodeCommand(damaged)).toMatchObject({ ok: false, reason: 'malformed' });
  });

  test('of a later version stalls the replica instead of being skipped', () => {
    const entry = Buffer.from(encodeCommand(append()));
    entry[1] = FLAT_COMMAND_VERSION + 1;
    expect(decodeCommand(entry)).toMatchObject({ ok: false, reason: 'unsupported' });
  });

  test('is of a later version to a node that knows only the form with names', () => {
    const [version, body]: unknown[] = [FLAT_COMMAND_VERSION, new Uint8Array(1)];
    expect(parseCommand([version, body])).toMatchObject({ ok: false, reason: 'unsupported' });
  });
});
