import { describe, expect, test } from 'vitest';
import { Answer, type AnswerChunk, AnswerError } from './answer.ts';
import { AgentCallError, newestUserText, parseCall } from './call.ts';
import { signWebhook } from './sign.ts';
import { type AnswerStep, VECTORS } from './testing/vectors.ts';
import { secretKeys, verifyWebhook, WebhookVerificationError } from './verify.ts';
import { toEvent } from './write-answer.ts';

async function write(answer: Answer, step: AnswerStep): Promise<unknown> {
  switch (step[0]) {
    case 'text':
      return answer.text(step[1]);
    case 'reasoning':
      return answer.reasoning(step[1]);
    case 'endText':
      return answer.endText();
    case 'nextStep':
      return answer.nextStep();
    case 'tool':
      return answer.tool(step[1], step[2], () => step[3]);
    case 'failingTool': {
      const run = (): Promise<never> => Promise.reject(new AnswerError(step[3]));
      return answer.tool(step[1], step[2], run).catch(() => undefined);
    }
    case 'requestApproval':
      return answer.requestApproval(step[1], step[2]);
    case 'decided': {
      const part = { toolCallId: 'c', approval: { approved: step[1] } };
      return answer.afterApproval(part, () => step[2]);
    }
    case 'metadata':
      return answer.metadata(step[1]);
    case 'data':
      return answer.data(step[1], step[2], step[3]);
    case 'sourceUrl':
      return answer.source({ id: step[1], url: step[2], title: step[3] });
    case 'sourceDocument':
      return answer.source({ id: step[1], mediaType: step[2], title: step[3] });
    case 'file':
      return answer.file({ url: step[1], mediaType: step[2] });
  }
}

/** Chunks whose random ids are `#1`, `#2` in the order in which they come. */
function numbered(chunks: readonly AnswerChunk[]): readonly unknown[] {
  const seen = new Map<unknown, string>();
  const name = (id: unknown): string => {
    const known = seen.get(id) ?? `#${seen.size + 1}`;
    seen.set(id, known);
    return known;
  };
  return chunks.map((chunk) => {
    const copy: Record<string, unknown> = { ...chunk };
    for (const field of ['id', 'toolCallId', 'approvalId'])
      if (copy[field] !== undefined && copy[field] !== 'c' && copy[field] !== 'w')
        copy[field] = name(copy[field]);
    return copy;
  });
}

describe('the vectors that the Python SDK is tested with, too', () => {
  test.each(VECTORS.webhooks)('webhook: $title', (vector) => {
    const { secret, headers, body } = vector;
    const verify = () =>
      verifyWebhook({
        secret,
        headers,
        body,
        nowMs: vector.now_s * 1000,
        ...(vector.tolerance_s === undefined ? {} : { toleranceSeconds: vector.tolerance_s }),
      });
    if (vector.refused === undefined) {
      expect(verify()).toEqual({
        id: headers['webhook-id'],
        timestampSeconds: Number(headers['webhook-timestamp']),
      });
    } else {
      expect(verify).toThrow(WebhookVerificationError);
      expect(verify).toThrow(vector.refused);
    }
  });

  test('signing makes what the vector has', () => {
    const [vector] = VECTORS.webhooks;
    const { secret = '', headers = {}, body = '', now_s = 0 } = vector ?? {};
    const id = headers['webhook-id'] ?? '';
    expect(signWebhook({ secret, id, body, atMs: now_s * 1000 + 900 })).toEqual(headers);
  });

  test.each(VECTORS.secrets)('secret that is none: $reason', ({ secret, reason }) => {
    expect(() => secretKeys(secret)).toThrow(TypeError);
    expect(() => secretKeys(secret)).toThrow(reason);
  });

  test.each(VECTORS.calls)('call: $title', (vector) => {
    for (const body of [vector.body, new TextEncoder().encode(vector.body)]) {
      if (vector.wrong === undefined) {
        const call = parseCall(body);
        expect(newestUserText(call)).toBe(vector.newest_user_text);
        expect(call.messages).toHaveLength(vector.messages ?? -1);
        continue;
      }
      const error = errorOf(() => parseCall(body));
      expect(error.errors.map(({ path }) => path).sort()).toEqual(vector.wrong);
    }
  });

  test.each(VECTORS.answers)('answer: $title', async (vector) => {
    const chunks: AnswerChunk[] = [];
    const answer = new Answer(async (chunk) => {
      chunks.push(chunk);
    });
    for (const step of vector.steps) await write(answer, step);
    await answer.end();
    expect(numbered(chunks)).toEqual(vector.chunks);
  });

  test.each(VECTORS.events)('event: $title', ({ chunk }) => {
    const event = toEvent(chunk);
    expect(event.split('\n')).toHaveLength(3);
    expect(JSON.parse(event.slice('data: '.length))).toEqual(chunk);
  });
});

function errorOf(run: () => unknown): AgentCallError {
  try {
    run();
  } catch (error) {
    if (error instanceof AgentCallError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
