import fc from 'fast-check';
import type { UiChunk } from '../assemble-message.ts';

/** What one thing in an answer says, in its order; things are interleaved by chance. */
type Thread = readonly UiChunk[];

const word = fc.string({ maxLength: 8 }).map((text) => text.toWellFormed());
const metadata = fc.option(fc.constantFrom({ p: { a: 1 } }, { q: { b: 'x' } }), { nil: undefined });
const toolMetadata = fc.option(fc.constantFrom({ color: 'red' }, { icon: 'x' }), {
  nil: undefined,
});
const flag = fc.option(fc.boolean(), { nil: undefined });

/** JSON is what travels: a field that is undefined is not there. */
function sent({ type, ...fields }: Record<string, unknown> & { readonly type: string }): UiChunk {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { type, ...Object.fromEntries(present) };
}

function textThread(kind: 'text' | 'reasoning', id: string): fc.Arbitrary<Thread> {
  return fc
    .record({
      deltas: fc.array(fc.tuple(word, metadata), { maxLength: 4 }),
      first: metadata,
      last: metadata,
      ends: fc.boolean(),
      cites: fc.boolean(),
    })
    .map(({ deltas, first, last, ends, cites }) => [
      sent({ type: `${kind}-start`, id, providerMetadata: first }),
      ...deltas.map(([delta, providerMetadata]) =>
        sent({ type: `${kind}-delta`, id, delta, providerMetadata }),
      ),
      ...(ends
        ? [
            sent({
              type: `${kind}-end`,
              id,
              providerMetadata: last,
              ...(kind === 'text' && cites
                ? {
                    citations: [
                      {
                        source: { type: 'source', sourceType: 'url', id: 's', url: 'u' },
                        citedText: 'x',
                      },
                    ],
                  }
                : {}),
            }),
          ]
        : []),
    ]);
}

const APPROVALS = ['none', 'asked', 'allowed', 'refused'] as const;
const RESULTS = ['none', 'output', 'preliminary', 'error', 'denied'] as const;

function callThread(toolCallId: string): fc.Arbitrary<Thread> {
  return fc
    .record({
      nonce: fc.nat(1_000_000),
      isDynamic: fc.boolean(),
      input: fc.oneof(
        fc.string(),
        fc.constant({ to: 'bob', list: [1, 2, { x: null }] }),
        fc.constant(null),
      ),
      cuts: fc.array(fc.nat(30), { maxLength: 3 }),
      isStreamed: fc.boolean(),
      isText: fc.boolean(),
      ends: fc.constantFrom('available', 'error', 'none'),
      approval: fc.constantFrom(...APPROVALS),
      result: fc.constantFrom(...RESULTS),
      title: fc.option(word, { nil: undefined }),
      providerExecuted: flag,
      meta: metadata,
      resultMeta: metadata,
      toolMetadata,
    })
    .map((call) => {
      const { isDynamic, input, isStreamed, ends, approval, result, title, toolMetadata } = call;
      const dynamic = isDynamic || undefined;
      const traits = {
        providerExecuted: call.providerExecuted,
        providerMetadata: call.meta,
        toolMetadata,
        dynamic,
      };
      const named = { toolCallId, toolName: 'mail', ...traits };
      const chunks: UiChunk[] = [];
      if (isStreamed) {
        const inputEncoding = call.isText ? 'text' : undefined;
        chunks.push(sent({ type: 'tool-input-start', ...named, title, inputEncoding }));
        let rest = JSON.stringify(input);
        for (const cut of call.cuts) {
          chunks.push({ type: 'tool-input-delta', toolCallId, inputTextDelta: rest.slice(0, cut) });
          rest = rest.slice(cut);
        }
      }
      if (ends === 'available')
        chunks.push(sent({ type: 'tool-input-available', ...named, input, title }));
      if (ends === 'error') {
        chunks.push(sent({ type: 'tool-input-error', ...named, input, errorText: 'bad', title }));
        return chunks;
      }
      if (chunks.length === 0) return chunks;
      const approvalId = `ask-${toolCallId}-${call.nonce}`;
      if (approval !== 'none')
        chunks.push(
          sent({
            type: 'tool-approval-request',
            approvalId,
            toolCallId,
            signature: approval === 'refused' ? undefined : `v1.${toolCallId}+/=\u00e9\\"`,
            isAutomatic: call.providerExecuted,
            reason: title,
            approvalDescriptor: isDynamic ? { kind: 'x' } : undefined,
          }),
        );
      if (approval === 'allowed' || approval === 'refused')
        chunks.push(
          sent({
            type: 'tool-approval-response',
            approvalId,
            approved: approval === 'allowed',
            reason: title,
          }),
        );
      const own = {
        providerExecuted: call.providerExecuted,
        providerMetadata: call.resultMeta,
        dynamic,
        toolMetadata,
      };
      if (result === 'preliminary' || result === 'output') {
        if (result === 'preliminary')
          chunks.push(
            sent({
              type: 'tool-output-available',
              toolCallId,
              output: 'half',
              preliminary: true,
              ...own,
            }),
          );
        chunks.push(
          sent({ type: 'tool-output-available', toolCallId, output: { ok: true }, ...own }),
        );
      }
      if (result === 'error')
        chunks.push(sent({ type: 'tool-output-error', toolCallId, errorText: 'no', ...own }));
      if (result === 'denied') chunks.push({ type: 'tool-output-denied', toolCallId });
      return chunks;
    });
}

const single: fc.Arbitrary<Thread> = fc
  .oneof(
    fc.record({
      type: fc.constant('source-url'),
      sourceId: word,
      url: word,
      title: fc.option(word, { nil: undefined }),
      providerMetadata: metadata,
    }),
    fc.record({
      type: fc.constant('source-document'),
      sourceId: word,
      mediaType: word,
      title: word,
      filename: fc.option(word, { nil: undefined }),
      providerMetadata: metadata,
    }),
    fc.record({
      type: fc.constantFrom('file', 'reasoning-file'),
      url: word,
      mediaType: word,
      providerMetadata: metadata,
    }),
    fc.record({
      type: fc.constant('custom'),
      kind: fc.constant('acme.box'),
      providerMetadata: metadata,
    }),
    fc.record({
      type: fc.constant('steering-message'),
      id: word,
      parts: fc.constant([{ type: 'text', text: 'left!' }]),
    }),
    fc.record({
      type: fc.constantFrom('data-a', 'data-b'),
      id: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
      data: fc.oneof(word, fc.integer()),
      transient: flag,
    }),
    fc.record({
      type: fc.constant('message-metadata'),
      messageMetadata: fc.constantFrom({ usage: { in: 1 } }, { usage: { out: 2 }, model: 'm' }),
    }),
  )
  .map((chunk) => [sent(chunk)]);

/** One step: its things begin in order and go on in any order. */
const step: fc.Arbitrary<readonly UiChunk[]> = fc
  .tuple(
    fc.tuple(textThread('text', '0'), textThread('reasoning', '0'), textThread('text', '1')),
    fc
      .array(fc.constantFrom('c1', 'c2', 'c3'), { maxLength: 2 })
      .chain((ids) => fc.tuple(...[...new Set(ids)].map(callThread))),
    fc.array(single, { maxLength: 3 }),
    fc.infiniteStream(fc.nat(1_000)),
    fc.boolean(),
  )
  .map(([texts, calls, singles, picks, resets]) => {
    const waiting = [...texts, ...calls, ...singles].map((thread) => [...thread]);
    const chunks: UiChunk[] = [{ type: 'start-step' }];
    for (let open = waiting.filter(({ length }) => length > 0); open.length > 0; ) {
      const pick = picks.next().value ?? 0;
      const next = open[pick % open.length]?.shift();
      if (next !== undefined) chunks.push(next);
      open = open.filter(({ length }) => length > 0);
    }
    if (resets) return [...chunks, { type: 'reset-step' }];
    return [...chunks, { type: 'finish-step' }];
  });

/** Whole answers by chance: every kind of chunk that can come between `start` and the end, as agents send them. */
export const answerStream: fc.Arbitrary<readonly UiChunk[]> = fc
  .array(step, { minLength: 1, maxLength: 3 })
  .map((steps) => [{ type: 'start', messageId: 'm' }, ...steps.flat()]);
