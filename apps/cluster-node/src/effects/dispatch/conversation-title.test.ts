import { METADATA_BYTES_MAX } from '@fleetlm/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { metadataNamed } from './attempt/conversation-name.ts';
import { DispatchBed, SESSION } from './testing/dispatch-bed.ts';
import { OPENING, sse, stream } from './testing/fake-agent.ts';

let bed: DispatchBed;

beforeEach(async () => {
  bed = await DispatchBed.start();
});
afterEach(() => bed.close());

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const metadata = (): unknown => JSON.parse(new TextDecoder().decode(bed.session().metadata));
const rename = (next: unknown) =>
  bed.perform({
    type: 'update-session',
    sessionId: SESSION,
    metadata: encode(next),
    status: null,
    timeMs: Date.now(),
  });

function answersWithTitle(title: string): void {
  bed.agent.handler = (_request, response) => {
    const chunks = [
      ...OPENING,
      { type: 'data-title', data: title, transient: true },
      { type: 'text-delta', id: '1', delta: 'Done.' },
      { type: 'finish' },
    ];
    stream(response).end(sse(...chunks));
  };
}

test('an agent names the conversation, and may name it anew', async () => {
  rename({ team: 7 });
  answersWithTitle('Refund of order 7');
  await bed.say('hi');
  await expect.poll(metadata).toEqual({
    team: 7,
    title: 'Refund of order 7',
    title_source: 'agent',
  });
  answersWithTitle('Refund, done');
  await bed.say('thanks');
  await expect.poll(metadata).toMatchObject({ title: 'Refund, done' });
});

test('a title that a person gave stays', async () => {
  rename({ title: 'Mine' });
  answersWithTitle('Refund of order 7');
  await bed.say('hi');
  await bed.settled('idle');
  expect(metadata()).toEqual({ title: 'Mine' });
  expect(bed.commands.filter(({ type }) => type === 'update-session')).toHaveLength(1);
});

test('metadata that are full take no title, and those that have room take one to the last byte', () => {
  const added = encode({ title: 'T', title_source: 'agent' }).length - encode({}).length;
  const full = (bytes: number) => encode({ x: 'x'.repeat(bytes - encode({ x: '' }).length) });
  // A comma stands between what was there and what is added.
  const room = METADATA_BYTES_MAX - added - 1;
  expect(metadataNamed(full(room), 'T')).toHaveLength(METADATA_BYTES_MAX);
  expect(metadataNamed(full(room + 1), 'T')).toBeNull();
});
