import { expect, test } from 'vitest';
import { newUuid } from './uuid.ts';

test('no id comes twice, and all say when they were made', () => {
  const beforeMs = Date.now();
  const ids = Array.from({ length: 2_000 }, newUuid);
  const afterMs = Date.now();
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const madeAtMs = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    expect(madeAtMs).toBeGreaterThanOrEqual(beforeMs);
    expect(madeAtMs).toBeLessThanOrEqual(afterMs);
  }
});
