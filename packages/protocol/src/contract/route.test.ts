import { expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import {
  errorsOf,
  formOf,
  REST,
  type RestAnswerOf,
  type RestErrorOf,
  type RestName,
  route,
} from '../index.ts';

const CALL = {
  method: 'GET',
  topic: 'Health',
  summary: 'x',
  answers: [{ status: 200, description: 'x' }],
  errors: [],
} as const;

test('a call without an access rule, an owner or the form of a parameter does not compile', () => {
  // @ts-expect-error who may call it is not stated
  route({ ...CALL, path: '/x' });
  // @ts-expect-error whose data it is about is not stated
  route({ ...CALL, path: '/x', access: 'user' });
  // @ts-expect-error what `:id` is, is not stated
  route({ ...CALL, path: '/x/:id', access: 'operator' });
  // @ts-expect-error what `:other` is, is not stated
  route({ ...CALL, path: '/x/:id/y/:other', access: 'anyone', params: { id: formOf(z.string()) } });
  route({ ...CALL, path: '/x/:id', access: 'operator', params: { id: formOf(z.string()) } });
});

test('names, answers and errors of a call are known to the compiler', () => {
  expectTypeOf<'createSession' | 'getPrometheusMetrics'>().toExtend<RestName>();
  expectTypeOf<RestAnswerOf<'archiveSession'>>().toEqualTypeOf<null>();
  expectTypeOf<RestAnswerOf<'getLiveness'>>().toEqualTypeOf<{ live: true }>();
  expectTypeOf<RestAnswerOf<'postMessage'>['status']>().toEqualTypeOf<200 | 201>();
  expectTypeOf<RestErrorOf<'getLiveness'>>().toEqualTypeOf<never>();
  expectTypeOf<RestErrorOf<'listAudit'>>().toEqualTypeOf<
    'unauthenticated' | 'forbidden' | 'rate_limited' | 'overloaded' | 'internal'
  >();
});

test('documents the errors that occur, and no other', () => {
  expect(errorsOf(REST.createSession)).toContain('conflict');
  expect(errorsOf(REST.createSession)).not.toContain('not_found');
  expect(errorsOf(REST.stopAnswer)).not.toContain('conflict');
  expect(errorsOf(REST.updateSession)).toContain('conflict');
  expect(errorsOf(REST.getLiveness)).toEqual([]);
});

test('methods and paths are distinct', () => {
  const calls = Object.values(REST).map(({ method, path }) => `${method} ${path}`);
  expect(new Set(calls).size).toBe(calls.length);
});
