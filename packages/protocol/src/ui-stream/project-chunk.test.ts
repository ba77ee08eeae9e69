import { asSchema, readUIMessageStream, uiMessageChunkSchema } from 'ai';
import * as v5 from 'ai-v5';
import * as v6 from 'ai-v6';
import * as v6Oldest from 'ai-v6-oldest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UiChunk } from './assemble-message.ts';
import { parseSdkVersion, projectChunk, SDK_VERSION_DEFAULT } from './project-chunk.ts';
import { answerStream } from './testing/answer-streams.ts';

interface Reader {
  readonly understands: (chunk: UiChunk) => Promise<boolean>;
  readonly read: (
    stream: ReadableStream,
    onError: (error: unknown) => void,
  ) => AsyncIterable<Shown>;
}

interface Shown {
  readonly parts: readonly { readonly type: string; readonly text?: string }[];
}

const VALIDATORS = {
  '5.0.277': v5.uiMessageChunkSchema(),
  '6.0.0': v6Oldest.uiMessageChunkSchema(),
  '6.0.325': v6.uiMessageChunkSchema(),
  '7.0.173': asSchema(uiMessageChunkSchema),
} as const;
const READS = {
  '5.0.277': v5.readUIMessageStream,
  '6.0.0': v6Oldest.readUIMessageStream,
  '6.0.325': v6.readUIMessageStream,
  '7.0.173': readUIMessageStream,
} as const;

type Version = keyof typeof READS;

function readerOf(name: Version): Reader {
  const read: (options: {
    stream: ReadableStream;
    onError: (error: unknown) => void;
  }) => AsyncIterable<Shown> = READS[name];
  return {
    understands: async (chunk) => (await VALIDATORS[name].validate?.(chunk))?.success === true,
    read: (stream, onError) => read({ stream, onError }),
  };
}

function versionOf(text: string) {
  const version = parseSdkVersion(text);
  if (version === null) throw new Error(`no version: ${text}`);
  return version;
}

const END: UiChunk = { type: 'finish', finishReason: 'interrupted', messageMetadata: { end: 1 } };

/** The text of the message that this version's own reader makes of the projected chunks; it must not stumble. */
async function readBy(name: Version, chunks: readonly UiChunk[]): Promise<string> {
  const reader = readerOf(name);
  const projected = chunks.flatMap((chunk) => projectChunk(chunk, versionOf(name)) ?? []);
  for (const chunk of projected)
    expect({ name, chunk, understood: await reader.understands(chunk) }).toMatchObject({
      understood: true,
    });
  const stream = new ReadableStream({
    start(controller) {
      for (const chunk of projected) controller.enqueue(chunk);
      controller.close();
    },
  });
  let text = '';
  const onError = (error: unknown): void => expect.unreachable(`${name}: ${String(error)}`);
  for await (const { parts } of reader.read(stream, onError))
    text = parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('|');
  return text;
}

const NAMES: readonly Version[] = ['5.0.277', '6.0.0', '6.0.325', '7.0.173'];

describe('an answer as readers of older versions are given it', () => {
  test.each(NAMES)('the reader of %s understands every chunk of any answer', async (name) => {
    await fc.assert(
      fc.asyncProperty(answerStream, async (chunks) => {
        // What a step takes back stays on the screens of those who can't take anything back.
        const steady = chunks.filter(({ type }) => type !== 'reset-step');
        const text = await readBy(name, [...steady, END]);
        expect(text).toBe(await readBy('7.0.173', [...steady, END]));
      }),
      { numRuns: 120 },
    );
  });

  test('the newest reader is given what the agent sent', () => {
    fc.assert(
      fc.property(answerStream, (chunks) => {
        for (const chunk of [...chunks, END])
          expect(projectChunk(chunk, versionOf('7.0.173'))).toEqual(chunk);
      }),
    );
  });

  test('fields appear with the version that brought them', () => {
    const ask = { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c', signature: 's' };
    const bare = { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c' };
    expect(projectChunk(ask, versionOf('5.0.277'))).toBeNull();
    expect(projectChunk(ask, SDK_VERSION_DEFAULT)).toEqual(bare);
    expect(projectChunk(ask, versionOf('6.0.201'))).toEqual(bare);
    expect(projectChunk(ask, versionOf('6.0.202'))).toEqual(ask);
    expect(projectChunk({ type: 'reset-step' }, versionOf('7.0.69'))).toBeNull();
    expect(projectChunk({ type: 'reset-step' }, versionOf('7.1.0'))).toEqual({
      type: 'reset-step',
    });
    expect(projectChunk(END, versionOf('7.0.148'))).toMatchObject({ finishReason: 'other' });
    expect(projectChunk({ type: 'finish', finishReason: 'stop' }, versionOf('5.0.91'))).toEqual({
      type: 'finish',
    });
  });
});

test('a version is distinguished from what is none', () => {
  expect(parseSdkVersion('7.0.31')).toEqual({ major: 7, minor: 0, patch: 31 });
  expect(parseSdkVersion('6')).toEqual({ major: 6, minor: 0, patch: 0 });
  expect(parseSdkVersion('7.1.0-beta.3')).toEqual({ major: 7, minor: 1, patch: 0 });
  expect(parseSdkVersion('8.2.1')).toMatchObject({ major: 7 });
  for (const text of ['', '4.3.0', 'seven', '6.x', '6.0.0.1', ' 6'])
    expect(parseSdkVersion(text)).toBeNull();
});
