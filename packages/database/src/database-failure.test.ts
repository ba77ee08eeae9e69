import { describe, expect, test } from 'vitest';
import { failureOf } from './database-failure.ts';

const fromPrisma = (originalCode: string): unknown =>
  Object.assign(new Error('Raw query failed'), {
    code: 'P2010',
    meta: { driverAdapterError: { cause: { originalCode } } },
  });

describe('a failed statement', () => {
  test.each([
    ['40001', 'conflict'],
    ['40P01', 'conflict'],
    ['57014', 'slow'],
    ['53300', 'away'],
    ['53100', 'away'],
    ['25006', 'away'],
    ['57P01', 'away'],
    ['08006', 'away'],
    ['22P05', 'data'],
    ['22003', 'data'],
    ['23505', 'data'],
    ['54000', 'data'],
    ['42P01', 'schema'],
    ['3F000', 'schema'],
  ])('G6 SQLSTATE %s is %s', (state, failure) => {
    expect(failureOf(fromPrisma(state))).toBe(failure);
    expect(failureOf(Object.assign(new Error('pg'), { code: state }))).toBe(failure);
  });

  test('G6 no answer is away', () => {
    expect(failureOf(new Error('Query read timeout'))).toBe('away');
    expect(failureOf(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toBe('away');
    expect(failureOf(Object.assign(new Error('gone'), { code: 'P2010', meta: {} }))).toBe('away');
  });
});
