import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { describe, expect, test } from 'vitest';

/** What a browser downloads for an entry, in bytes after gzip; React comes from the application. */
async function bundledBytes(entry: string): Promise<number> {
  const bundle = await rolldown({
    input: `${import.meta.dirname}/${entry}`,
    platform: 'browser',
    external: [/^react($|\/)/],
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  const code = output.map((file) => (file.type === 'chunk' ? file.code : '')).join('');
  expect(code).not.toBe('');
  return gzipSync(code).length;
}

describe('what a page pays for the client', () => {
  test.each([
    ['index.ts', 29_000],
    ['react/index.ts', 3_000],
    ['chat/index.ts', 5_000],
    ['../../protocol/src/ui-stream/index.ts', 6_000],
  ])('%s is under %d bytes', async (entry, bytesMax) => {
    expect(await bundledBytes(entry)).toBeLessThan(bytesMax);
  });
});
