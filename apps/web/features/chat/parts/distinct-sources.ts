import type { SourceDocumentPart, SourceUrlPart } from '@fleetlm/client';

/** Sources of one message that are drawn. */
export const SOURCES_SHOWN_MAX = 30;

export interface ShownSource {
  readonly key: string;
  readonly title: string;
  /** The host of an address, or the kind of a document. */
  readonly site: string;
  /** Null: it leads nowhere. Agents name addresses: only web addresses become links. */
  readonly url: string | null;
}

/** Each source once, in the order of their first mention, and how many are beyond those that are drawn. */
export function distinctSources(sources: readonly (SourceUrlPart | SourceDocumentPart)[]): {
  readonly shown: readonly ShownSource[];
  readonly hidden: number;
} {
  const byKey = new Map(sources.map((source) => [keyOf(source), source]));
  const shown = [...byKey].slice(0, SOURCES_SHOWN_MAX).map(([key, source]) => shownOf(key, source));
  return { shown, hidden: byKey.size - shown.length };
}

function keyOf(source: SourceUrlPart | SourceDocumentPart): string {
  return source.type === 'source-url' ? source.url : `${source.title}\n${source.filename ?? ''}`;
}

function shownOf(key: string, source: SourceUrlPart | SourceDocumentPart): ShownSource {
  if (source.type === 'source-document')
    return { key, title: source.title, site: source.filename ?? source.mediaType, url: null };
  const url = URL.parse(source.url);
  const isWeb = url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
  const site = isWeb ? url.hostname.replace(/^www\./, '') : source.url;
  return { key, title: source.title ?? site, site, url: isWeb ? url.href : null };
}
