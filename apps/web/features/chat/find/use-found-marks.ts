import { useEffect } from 'react';
import { FOUND_PLACES_MAX } from '../markdown/text-bounds.ts';
import { FIND_LENGTH_MIN, placesOf } from './found-messages.ts';

/** Names of the highlights in globals.css. */
const ALL = 'found';
const CURRENT = 'found-current';
/** What is not the words of a message. */
const BESIDE = 'header, footer, button, .sr-only';

/**
 * Marks a text where it stands in the messages on the page, by the CSS Custom Highlight API: the page itself is not
 * changed, so neither React nor a selection is disturbed. A browser without it shows the message, unmarked.
 */
export function useFoundMarks(text: string, currentSeq: number | null): void {
  useEffect(() => {
    const wanted = text.trim().toLowerCase();
    if (wanted.length < FIND_LENGTH_MIN || !('highlights' in CSS)) return;
    const feed = document.querySelector('[role="feed"]');
    if (feed === null) return;
    let frame = 0;
    const mark = (): void => {
      frame = 0;
      const found = rangesIn(feed, wanted);
      const current = feed.querySelector(`[aria-posinset="${currentSeq}"]`);
      CSS.highlights.set(ALL, new Highlight(...found));
      const inCurrent = found.filter((range) => current?.contains(range.startContainer) === true);
      CSS.highlights.set(CURRENT, new Highlight(...inCurrent));
    };
    const later = (): void => {
      if (frame === 0) frame = requestAnimationFrame(mark);
    };
    later();
    // Lines come and go with scrolling, and answers grow.
    const observer = new MutationObserver(later);
    observer.observe(feed, { childList: true, characterData: true, subtree: true });
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      CSS.highlights.delete(ALL);
      CSS.highlights.delete(CURRENT);
    };
  }, [text, currentSeq]);
}

function rangesIn(feed: Element, wanted: string): readonly Range[] {
  const walker = document.createTreeWalker(feed, NodeFilter.SHOW_TEXT);
  const ranges: Range[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement === null || node.parentElement.closest(BESIDE) !== null) continue;
    for (const at of placesOf((node.nodeValue ?? '').toLowerCase(), wanted)) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      ranges.push(range);
      if (ranges.length >= FOUND_PLACES_MAX) return ranges;
    }
  }
  return ranges;
}
