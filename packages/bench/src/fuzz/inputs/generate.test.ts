import { REST_ROUTES } from '@fleetlm/protocol';
import { describe, expect, test } from 'vitest';
import { corpus } from '../corpus/index.ts';
import { EDGES, type FuzzCase, fuzzCaseSchema } from './case.ts';
import { generate } from './generate.ts';
import { PAYLOAD_BYTES_MAX, type Payload, payloadBytes, payloadSize } from './payload.ts';

const SEED = 20_261_130;
const INPUTS = 4_000;
const drawn = Array.from({ length: INPUTS }, (_, index) => generate(SEED, index, EDGES));

function payloadsOf(one: FuzzCase): readonly Payload[] {
  switch (one.edge) {
    case 'rest':
      return [one.target, ...(one.body === null ? [] : [one.body])];
    case 'http':
    case 'mesh':
      return one.pieces.map(({ payload }) => payload);
    case 'socket':
    case 'peer':
      return one.frames.map(({ payload }) => payload);
    case 'pages':
      return [{ repeat: 'x', times: one.messages * one.text_bytes }];
    case 'webhook':
      return one.answer.map(({ payload }) => payload);
  }
}

describe('drawn inputs', () => {
  test('are the same for the same seed and number, whatever was drawn before', () => {
    for (const index of [0, 7, INPUTS - 1])
      expect(generate(SEED, index, EDGES)).toEqual(drawn[index]);
    expect(generate(SEED + 1, 0, EDGES)).not.toEqual(drawn[0]);
  });

  test('can be saved and played again', () => {
    for (const one of drawn.slice(0, 400))
      expect(fuzzCaseSchema.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
  });

  test('reach every edge and every route of the contract', () => {
    expect(new Set(drawn.map(({ edge }) => edge))).toEqual(new Set(EDGES));
    const routes = new Set(drawn.map((one) => (one.edge === 'rest' ? one.route : null)));
    for (const { method, path } of REST_ROUTES) expect(routes).toContain(`${method} ${path}`);
  });

  test('stay on the edges that are asked for', () => {
    for (let index = 0; index < 50; index += 1)
      expect(generate(SEED, index, ['mesh', 'socket']).edge).toMatch(/^(mesh|socket)$/);
  });

  test('come to a bounded number of bytes', () => {
    for (const one of drawn)
      for (const payload of payloadsOf(one))
        expect(payloadSize(payload)).toBeLessThanOrEqual(PAYLOAD_BYTES_MAX);
  });
});

describe('the corpus', () => {
  test('has a valid case under every name, and every name once', () => {
    const cases = corpus();
    for (const one of cases)
      expect(fuzzCaseSchema.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(new Set(cases.map(({ edge }) => edge))).toEqual(new Set(EDGES));
  });

  test('can be turned into bytes', () => {
    const small = corpus()
      .flatMap(payloadsOf)
      // What is compressed comes to more than a test has time for.
      .filter((payload) => !JSON.stringify(payload).includes('"gzip"'))
      .filter((payload) => payloadSize(payload) < 100_000);
    expect(small.length).toBeGreaterThan(100);
    for (const payload of small) expect(payloadBytes(payload)).toHaveLength(payloadSize(payload));
  });
});
