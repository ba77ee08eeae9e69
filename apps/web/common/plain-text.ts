/** A line of markdown as plain words, good enough for a preview: marks go, words stay. */
export function plainText(markdown: string): string {
  return markdown
    .replace(/!?\[([^[\]]*)\]\([^()]*\)?/g, '$1')
    .replace(/(\*\*|__|~~|`+)/g, '')
    .replace(/^[ \t]*(?:#{1,6}|>|[-*+])[ \t]+/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}
