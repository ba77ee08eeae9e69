import { getSystemErrorMap } from 'node:util';
import { describe, expect, test } from 'vitest';
import { failureOf, failureSummary } from './database-failure.ts';

describe('a failed statement', () => {
  test.each([
    ['40001', 'conflict'],
    ['40P01', 'conflict'],
    ['57014', 'slow'],
    ['53300', 'unavailable'],
    ['53100', 'unavailable'],
    ['25006', 'unavailable'],
    ['57P01', 'unavailable'],
    ['08006', 'unavailable'],
    ['22P05', 'data'],
    ['22003', 'data'],
    ['23505', 'data'],
    ['54000', 'data'],
    ['42P01', 'schema'],
    ['3F000', 'schema'],
    ['54001', 'data'],
    ['53200', 'suspect'],
    ['53400', 'suspect'],
    ['58030', 'suspect'],
    ['XX000', 'suspect'],
    ['XX002', 'suspect'],
    ['P0001', 'data'],
    ['0A000', 'unavailable'],
    ['55P03', 'slow'],
    ['40002', 'data'],
    ['ZZ999', 'suspect'],
  ])('G6 SQLSTATE %s is %s', (state, failure) => {
    expect(failureOf(Object.assign(new Error('pg'), { code: state }))).toBe(failure);
  });

  test('G6 no answer is away', () => {
    expect(failureOf(new Error('Query read timeout'))).toBe('unavailable');
    expect(failureOf(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toBe(
      'unavailable',
    );
    // EPIPE has the length of an SQLSTATE.
    for (const [code] of getSystemErrorMap().values())
      expect(failureOf(Object.assign(new Error('write'), { code })), code).toBe('unavailable');
  });
});

describe('what is shown of a failed statement', () => {
  test('is its SQLSTATE, and nothing of its text', () => {
    const error = Object.assign(new Error('near "secret" at 10.0.0.1'), { code: '42601' });
    expect(failureSummary(error)).toBe('Postgres answered with an error (SQLSTATE 42601)');
    expect(failureSummary(new Error('connect 10.0.0.1'))).toBe('Postgres did not answer');
  });
});
