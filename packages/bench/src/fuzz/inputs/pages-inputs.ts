import { between } from '../../torture/seeded-random.ts';
import type { PagesCase } from './case.ts';

/** All messages together: as much as one page could come to if nothing bounded it. */
const TEXT_BYTES_MAX = 8 * 1024 * 1024;

export function pagesInput(name: string, random: () => number): PagesCase {
  const messages = between(1, 40, random);
  const text_bytes = between(1, Math.min(260_000, Math.floor(TEXT_BYTES_MAX / messages)), random);
  return { name: `${name} large pages`, edge: 'pages', messages, text_bytes };
}
