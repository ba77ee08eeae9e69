import { describe, expect, test } from 'vitest';
import { COMMAND_VERSION, type Command, parseCommand, versioned } from '../index.ts';
import {
  agentSays,
  archive,
  checkpoint,
  complete,
  create,
  defer,
  erase,
  fail,
  flushed,
  groupAfter,
  hydrate,
  message,
  read,
  retry,
  SESSION,
  say,
  start,
  stop,
  update,
} from '../testing/commands.ts';

const EVERY: { readonly [T in Command['type']]: Command } = {
  'create-session': create(),
  'append-message': say(1),
  'mark-read': read(1),
  'archive-session': archive(),
  'erase-session': erase(),
  'update-session': update({ metadata: new Uint8Array([1]), status: 'active' }),
  'start-dispatch': start(1, 1),
  'defer-dispatch': defer(1, 1, 9_000),
  'complete-dispatch': complete(1, 1, 2),
  'fail-dispatch': fail(1, 0),
  'checkpoint-answer': checkpoint(1, 1, 0, 3),
  'stop-dispatch': stop(1, message(2)),
  'retry-dispatch': retry(),
  'evict-sessions': {
    type: 'evict-sessions',
    sessions: [{ sessionId: SESSION, inboxVersion: 2 }],
    timeMs: 8_000,
  },
  'hydrate-session': hydrate(groupAfter(create(), say(1))),
  'mark-flushed': flushed(1, 2),
};

function errorOf(plain: unknown): string {
  const parsed = parseCommand(plain);
  if (parsed.ok) throw new Error('accepted');
  return parsed.error;
}

describe('commands from the log', () => {
  test.each(Object.values(EVERY))('C6 $type of this version is understood', (command) => {
    expect(parseCommand(structuredClone(versioned(command)))).toEqual({ ok: true, command });
  });

  test('C6 a sender may be the agent, and a stop may keep nothing', () => {
    const held = { epoch: 2, attempt: 1, partial: null };
    for (const command of [
      agentSays(1),
      stop(3, null),
      say(1, { whileAnswering: 'interrupt', held }),
      say(1, { whileAnswering: 'merge', held: { ...held, partial: message(2) } }),
    ])
      expect(parseCommand(versioned(command))).toEqual({ ok: true, command });
  });

  test.each([0, COMMAND_VERSION + 1, '1', null, undefined])(
    'C6 version %j is refused, and named',
    (version) => {
      expect(errorOf([version, say(1)])).toContain(`version ${version}`);
    },
  );

  test.each([null, {}, [], [1], [1, say(1), 2], 'x', [1, null], [1, []], [1, { type: 'erase' }]])(
    'C6 %j is no command',
    (plain) => {
      expect(parseCommand(plain).ok).toBe(false);
    },
  );

  test.each(Object.values(EVERY))(
    'C6 every field of $type is needed, and no other known',
    (command) => {
      for (const key of Object.keys(command)) {
        if (key === 'type') continue;
        const rest = Object.fromEntries(Object.entries(command).filter(([name]) => name !== key));
        expect(errorOf([COMMAND_VERSION, rest])).toBe(`command.${key} is missing`);
        expect(errorOf([COMMAND_VERSION, { ...command, [key]: undefined }])).toContain(
          `command.${key} must be`,
        );
      }
      expect(errorOf([COMMAND_VERSION, { ...command, extra: 1 }])).toBe(
        'command.extra is not known',
      );
    },
  );

  test.each([
    ['command.timeMs', { ...say(1), timeMs: 1.5 }],
    ['command.timeMs', { ...say(1), timeMs: 2 ** 48 }],
    ['command.timeMs', { ...say(1), timeMs: '1' }],
    ['command.sessionId', { ...say(1), sessionId: '' }],
    ['command.clientMessageId', { ...say(1), clientMessageId: '' }],
    ['command.sender.type', { ...say(1), sender: { type: 'system', id: 'x' } }],
    ['command.sender.id', { ...say(1), sender: { type: 'user', id: 3 } }],
    ['command.message.payload', { ...say(1), message: { ...message(1), payload: '{}' } }],
    ['command.message.seq', { ...say(1), message: { ...message(1), seq: 1 } }],
    ['command.debounceMs', { ...say(1), debounceMs: -1 }],
    ['command.whileAnswering', { ...say(1), whileAnswering: 'ignore' }],
    ['command.held', { ...say(1), held: 1 }],
    ['command.held.attempt', say(1, { held: { epoch: 1, attempt: 0, partial: null } })],
    ['command.toIndex', { ...checkpoint(1, 1, 3, 4), toIndex: 3 }],
    ['command.chunks', { ...checkpoint(1, 1, 0, 4), chunks: 'text' }],
    ['command.attempt', { ...start(1, 1), attempt: 0 }],
    ['command.watermarks.0.seq', flushed(-1, 1)],
    ['command.watermarks.0', { ...flushed(1, 1), watermarks: [SESSION] }],
  ])('C6 a wrong %s is named', (path, command) => {
    expect(errorOf([COMMAND_VERSION, command])).toContain(`${path} `);
  });
});
