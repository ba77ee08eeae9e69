import type { SourceUrlPart } from '@fleetlm/client';
import { expect, test } from 'vitest';
import { distinctSources, SOURCES_SHOWN_MAX } from './distinct-sources.ts';

const source = (url: string, title?: string): SourceUrlPart => ({
  type: 'source-url',
  sourceId: url,
  url,
  ...(title === undefined ? {} : { title }),
});

test('a source that is named twice is drawn once, by its title or its site', () => {
  const { shown } = distinctSources([
    source('https://www.example.org/oslo', 'Oslo'),
    source('https://example.com/a?b=c'),
    source('https://www.example.org/oslo', 'Oslo'),
    { type: 'source-document', sourceId: 'd', mediaType: 'application/pdf', title: 'Offer' },
  ]);
  expect(shown).toMatchObject([
    { title: 'Oslo', site: 'example.org', url: 'https://www.example.org/oslo' },
    { title: 'example.com', url: 'https://example.com/a?b=c' },
    { title: 'Offer', site: 'application/pdf', url: null },
  ]);
});

test.each(['javascript:alert(1)', 'data:text/html,x', 'not an address'])(
  'an address that is not of the web leads nowhere: %s',
  (url) => expect(distinctSources([source(url)]).shown).toMatchObject([{ title: url, url: null }]),
);

test('beyond the limit it is said how many there are', () => {
  const many = (size: number) =>
    distinctSources(Array.from({ length: size }, (_, at) => source(`https://example.org/${at}`)));
  expect(many(SOURCES_SHOWN_MAX).hidden).toBe(0);
  expect(many(SOURCES_SHOWN_MAX + 3)).toMatchObject({ hidden: 3 });
});
