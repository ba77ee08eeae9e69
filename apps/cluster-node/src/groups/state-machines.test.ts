import {
  COMMAND_VERSION,
  type Command,
  type NewMessage,
  REQUEST_KEY_LENGTH_MAX,
  REQUESTS_MAX,
  stateDigest,
} from '@fleetlm/conversation';
import { CONTENT_BYTES_MAX, METADATA_BYTES_MAX, REPLY_BYTES_MAX } from '@fleetlm/protocol';
import type { StateMachine } from '@fleetlm/raft/host';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { COMMAND_OVERHEAD_BYTES_MAX, ENTRY_BYTES_MAX } from '../limits.ts';
import { encodeSystemCommand } from '../membership/system-codec.ts';
import type { SystemCommand } from '../membership/system-state.ts';
import { commandProblem, encodeCommand } from './command-codec.ts';
import { ConversationMachine } from './conversation-machine.ts';
import type { GroupReply } from './group-reply.ts';
import { SystemMachine } from './system-machine.ts';

/** A failure prints the seed and the shortest run that shows it; `{ seed, path }` here replays it. */
const RUNS = { numRuns: 300 };

const packr = new Packr({ useRecords: false });
const SESSION = '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ';
const utf8 = new TextEncoder();

function message(
  number: number,
  payload = utf8.encode('{"content":{},"metadata":{}}'),
): NewMessage {
  const id = `0197d3b0-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
  return { id, kind: 'text', payload, preview: 'hello' };
}

function say(number: number, fields: Partial<Extract<Command, { type: 'append-message' }>> = {}) {
  return {
    type: 'append-message',
    sessionId: SESSION,
    sender: { type: 'user', id: 'alice' },
    clientMessageId: `client-${number}`,
    message: message(number),
    debounceMs: 0,
    whileAnswering: 'interrupt',
    held: null,
    timeMs: 1_000 + number,
    ...fields,
  } as const satisfies Command;
}

const common = { sessionId: SESSION, timeMs: 5_000 };
const turn = { ...common, epoch: 1, attempt: 1 };
const COMMANDS: readonly Command[] = [
  {
    type: 'create-session',
    ...common,
    userId: 'alice',
    agentId: 'bot',
    metadata: utf8.encode('{}'),
  },
  say(1),
  say(2, { held: { epoch: 1, attempt: 1, partial: message(3) } }),
  { type: 'start-dispatch', ...turn },
  { type: 'checkpoint-answer', ...turn, fromIndex: 0, toIndex: 2, chunks: utf8.encode('chunks') },
  { type: 'defer-dispatch', ...turn, nextAttemptAtMs: 9_000, error: 'it answered 500' },
  { type: 'complete-dispatch', ...turn, message: message(4) },
  { type: 'fail-dispatch', ...turn, error: 'it answered 404' },
  { type: 'stop-dispatch', ...common, epoch: 1, partial: message(5) },
  { type: 'retry-dispatch', ...common },
  { type: 'mark-read', ...common, userId: 'alice', lastSeq: 1 },
  { type: 'update-session', ...common, metadata: utf8.encode('{}'), status: 'archived' },
  {
    type: 'mark-flushed',
    mark: 1,
    watermarks: [{ sessionId: SESSION, seq: 1, sessionVersion: 1 }],
    timeMs: 1,
  },
  { type: 'evict-sessions', sessions: [{ sessionId: SESSION, inboxVersion: 1 }], timeMs: 1 },
  { type: 'archive-session', ...common },
  { type: 'erase-session', ...common },
];

const SYSTEM_COMMANDS: readonly SystemCommand[] = [
  { type: 'rotate-secret', agentId: 'bot', secret: 'sealed', previousUntilMs: null, timeMs: 1 },
  { type: 'patch-agent', agentId: 'bot', patch: { name: 'Bot', headers: { a: 'b' } }, timeMs: 1 },
  { type: 'set-node-state', number: 1, from: 'active', to: 'draining', timeMs: 1 },
  {
    type: 'start-operation',
    operation: { id: 'o1', kind: 'drain', nodeId: 'n1', group: null, by: 'admin' },
    timeMs: 1,
  },
  { type: 'end-operation', id: 'o1', state: 'done', by: 'admin', detail: '', timeMs: 2 },
  {
    type: 'join-node',
    nodeId: 'n4',
    incarnation: 'i4',
    host: 'h',
    port: 1,
    operationId: 'o',
    timeMs: 1,
  },
];

/** Bytes that were a command once: cut, lengthened, with some of them changed; or the command with other values in it. */
function damaged(valid: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const edit = fc.tuple(fc.nat(), fc.nat({ max: 255 }));
  const edited = fc
    .tuple(fc.constantFrom(...valid), fc.array(edit, { maxLength: 4 }), fc.option(fc.nat()))
    .map(([bytes, edits, cut]) => {
      const copy = Uint8Array.from(bytes);
      for (const [at, byte] of edits) copy[at % copy.length] = byte;
      return cut === null ? copy : copy.subarray(0, cut % (copy.length + 1));
    });
  return fc.oneof(
    { weight: 4, arbitrary: edited },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    { weight: 2, arbitrary: fc.constantFrom(...valid) },
  );
}

/** A value somewhere in a valid command is another one. */
function mutated(commands: readonly Command[]): fc.Arbitrary<Uint8Array> {
  const value = fc.oneof(
    fc.constantFrom(
      null,
      0,
      -1,
      1.5,
      2 ** 53,
      Number.NaN,
      '',
      'x'.repeat(70_000),
      '\ud800',
      [],
      {},
    ),
    fc.anything({ maxDepth: 2, withTypedArray: true }),
  );
  return fc.tuple(fc.constantFrom(...commands), fc.nat(), value).map(([command, at, other]) => {
    const keys = Object.keys(command);
    const key = keys[at % keys.length] ?? 'type';
    return packr.pack([COMMAND_VERSION, { ...command, [key]: other }]);
  });
}

function noError(error: unknown): never {
  throw error;
}

/** Both replicas are given the same bytes; whatever these are, they answer, and alike. */
function applyOnBoth<M extends StateMachine<GroupReply>>(
  entries: readonly Uint8Array[],
  [one, other]: readonly [M, M],
): void {
  for (const [at, data] of entries.entries()) {
    const before = one.snapshot();
    const applied = one.apply(at + 1, Uint8Array.from(data));
    expect(other.apply(at + 1, Uint8Array.from(data))).toEqual(applied);
    if (applied.status !== 'applied') expect(one.snapshot()).toEqual(before);
  }
}

const conversation = () => new ConversationMachine(() => undefined, noError);
const system = () => new SystemMachine([], () => undefined, noError);

describe('committed entries, whatever they are', () => {
  test('a group of conversations answers them, replicas agree, and a snapshot holds the state', () => {
    const valid = COMMANDS.map(encodeCommand);
    const entries = fc.array(fc.oneof(damaged(valid), mutated(COMMANDS)), { maxLength: 12 });
    fc.assert(
      fc.property(entries, (hostile) => {
        const replicas = [conversation(), conversation()] as const;
        applyOnBoth([...valid.slice(0, 4), ...hostile], replicas);
        expect(stateDigest(replicas[1].state)).toBe(stateDigest(replicas[0].state));
        const restored = conversation();
        restored.restore(replicas[0].snapshot());
        expect(stateDigest(restored.state)).toBe(stateDigest(replicas[0].state));
      }),
      RUNS,
    );
  }, 120_000);

  test('the system group answers them, replicas agree, and a snapshot holds the state', () => {
    const valid = SYSTEM_COMMANDS.map(encodeSystemCommand);
    fc.assert(
      fc.property(fc.array(damaged(valid), { maxLength: 12 }), (hostile) => {
        const replicas = [system(), system()] as const;
        applyOnBoth([...valid, ...hostile], replicas);
        const restored = system();
        restored.restore(replicas[0].snapshot());
        expect(restored.snapshot()).toEqual(replicas[1].snapshot());
      }),
      RUNS,
    );
  }, 120_000);

  test('an error text longer than the log takes is refused at apply, and never proposed', () => {
    const tooLong: Command = { type: 'fail-dispatch', ...turn, error: 'x'.repeat(16_385) };
    expect(commandProblem(tooLong)).toContain('command.error');
    expect(commandProblem({ ...tooLong, error: 'x'.repeat(16_384) })).toBeNull();
    expect(conversation().apply(1, encodeCommand(tooLong))).toMatchObject({ status: 'malformed' });
  });

  test('a later version, and a type that came with one, are not skipped', () => {
    const later = packr.pack([COMMAND_VERSION + 1, { anything: true }]);
    expect(conversation().apply(1, later)).toMatchObject({ status: 'unsupported' });
    const type = packr.pack([COMMAND_VERSION, { type: 'translate-session' }]);
    expect(conversation().apply(1, type)).toMatchObject({ status: 'unsupported' });
    for (const entry of [
      [2, {}],
      [1, { type: 'add-region', region: 'eu' }],
    ])
      expect(system().apply(1, utf8.encode(JSON.stringify(entry)))).toMatchObject({
        status: 'unsupported',
      });
  });

  test('an effect that throws changes nothing of the state', () => {
    const errors: unknown[] = [];
    const machine = new ConversationMachine(
      () => {
        throw new Error('a subscriber is gone');
      },
      (error) => errors.push(error),
    );
    const sound = conversation();
    for (const [at, command] of COMMANDS.slice(0, 2).entries()) {
      machine.apply(at + 1, encodeCommand(command));
      sound.apply(at + 1, encodeCommand(command));
    }
    expect(errors.length).toBeGreaterThan(0);
    expect(stateDigest(machine.state)).toBe(stateDigest(sound.state));
  });
});

describe('snapshots, whatever they are', () => {
  test('bytes that are no snapshot throw an error that the host takes for this group alone', () => {
    const machine = conversation();
    for (const command of COMMANDS.slice(0, 4)) machine.apply(1, encodeCommand(command));
    const bytes = damaged([machine.snapshot()]);
    fc.assert(
      fc.property(bytes, (data) => {
        const restored = conversation();
        try {
          restored.restore(data);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          return;
        }
        // What is taken is a whole state: it can be written and read again.
        const again = conversation();
        again.restore(restored.snapshot());
        expect(stateDigest(again.state)).toBe(stateDigest(restored.state));
      }),
      RUNS,
    );
  }, 120_000);
});

describe('the size of an entry', () => {
  const text = (length: number) => 'é'.repeat(length);
  // Of visible ASCII, as the edge makes them.
  const KEY = 'k'.repeat(REQUEST_KEY_LENGTH_MAX);
  const payloadBytesMax = CONTENT_BYTES_MAX + METADATA_BYTES_MAX;

  test('holds the largest message together with the largest partial reply that it ends', () => {
    const largest = say(1, {
      clientMessageId: text(1024),
      sender: { type: 'user', id: text(1024) },
      message: {
        ...message(1, new Uint8Array(payloadBytesMax)),
        kind: text(256),
        preview: text(1024),
        response: { name: KEY, keys: Array(REQUESTS_MAX).fill(KEY) },
      },
      held: {
        epoch: 2 ** 52,
        attempt: 2 ** 52,
        partial: {
          ...message(2, new Uint8Array(REPLY_BYTES_MAX)),
          preview: text(1024),
          requests: { names: Array(4).fill(KEY), keys: Array(REQUESTS_MAX).fill(KEY) },
        },
      },
    });
    expect(encodeCommand(largest).length).toBeLessThanOrEqual(ENTRY_BYTES_MAX);
  });

  test('leaves room for every text of a command beside its payloads', () => {
    for (const command of COMMANDS) {
      const error = 'error' in command ? { error: text(16_384) } : {};
      const bytes = encodeCommand({ ...command, ...error } as Command).length;
      expect(bytes).toBeLessThanOrEqual(COMMAND_OVERHEAD_BYTES_MAX);
    }
  });
});
