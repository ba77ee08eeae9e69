import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateDigest } from '@fleetlm/conversation';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { encodeCommand } from './command-codec.ts';
import { ConversationMachine } from './conversation-machine.ts';
import { formatStory, requestsStory } from './testing/format-story.ts';

/*
 * What each version wrote, byte for byte. These files are never written again: a later version of a format has fixtures of
 * its own beside them, and goes on reading the earlier ones. In version 2 most appends are flat.
 */
const FOLDER = join(import.meta.dirname, 'fixtures');
const fixtureSchema = z.strictObject({
  entries: z.array(z.base64()),
  digest: z.string(),
  snapshot: z.base64(),
});

function fixture(name: string): z.output<typeof fixtureSchema> {
  return fixtureSchema.parse(JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')));
}

function machine(): ConversationMachine {
  return new ConversationMachine(
    () => undefined,
    (error) => {
      throw error;
    },
  );
}

test.each(['group-1', 'group-2', 'requests-1', 'requests-2'])(
  'the entries of %s are applied and lead to the state that they led to',
  (name) => {
    const { entries, digest } = fixture(name);
    const group = machine();
    for (const [at, entry] of entries.entries())
      expect(group.apply(at + 1, Buffer.from(entry, 'base64'))).toMatchObject({
        status: 'applied',
      });
    expect(stateDigest(group.state)).toBe(digest);
  },
);

test('a snapshot of version 1 is restored', () => {
  const { snapshot, digest } = fixture('group-1');
  const group = machine();
  group.restore(Buffer.from(snapshot, 'base64'));
  expect(stateDigest(group.state)).toBe(digest);
});

test('what is written today is version 2, byte for byte', () => {
  const { commands, state } = formatStory();
  expect(new Set(commands.map(({ type }) => type)).size).toBe(16);
  const group = machine();
  const entries = commands.map((command) => Buffer.from(encodeCommand(command)));
  for (const [at, entry] of entries.entries()) group.apply(at + 1, entry);
  const written = {
    entries: entries.map((entry) => entry.toString('base64')),
    digest: stateDigest(state),
    snapshot: Buffer.from(group.snapshot()).toString('base64'),
  };
  expect(written).toEqual(fixture('group-2'));
});

test('tool calls that wait for their user are version 2, byte for byte', () => {
  const group = machine();
  const entries = requestsStory().map((command) => Buffer.from(encodeCommand(command)));
  for (const [at, entry] of entries.entries()) group.apply(at + 1, entry);
  const snapshot = Buffer.from(group.snapshot());
  const written = {
    entries: entries.map((entry) => entry.toString('base64')),
    digest: stateDigest(group.state),
    snapshot: snapshot.toString('base64'),
  };
  expect(written).toEqual(fixture('requests-2'));
  const restored = machine();
  restored.restore(snapshot);
  expect(stateDigest(restored.state)).toBe(written.digest);
});
