import type { PagesCase } from '../inputs/case.ts';

export const PAGES_CORPUS: readonly PagesCase[] = [
  {
    name: 'pages: 50 messages of 200 KiB in one session',
    edge: 'pages',
    messages: 50,
    text_bytes: 200 * 1024,
  },
];
