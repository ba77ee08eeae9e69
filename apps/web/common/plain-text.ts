/** Markdown as plain words, good enough for a preview and for being read out: marks go, words stay. */
export function plainText(markdown: string): string {
  return markdown
    .replace(/^[ \t]*(?:`{3,}|~{3,})[^\n]*$/gm, '')
    .replace(/^[ \t|:-]+$/gm, '')
    .replace(/!?\[([^[\]]*)\]\([^()]*\)?/g, '$1')
    .replace(/(\*\*|__|~~|`+)/g, '')
    .replace(/^[ \t]*(?:#{1,6}|>|[-*+])[ \t]+/gm, '')
    .replace(/(^|[\s(])[*_](?=[^\s*_])/gm, '$1')
    .replace(/([^\s*_])[*_](?=[\s).,;:!?]|$)/gm, '$1')
    .replace(/<br\s{0,4}\/?>|\|/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
