/** A page is written by hand, except for what stands between these marks. */
const REGION = /<!-- made: ([a-z-]+) -->\n[\s\S]*?<!-- end -->/g;

/**
 * The page with its regions filled. Throws an Error that names a region that the page has and that is not made, or
 * that is made and not on the page.
 */
export function fillRegions(
  page: string,
  text: string,
  regions: Readonly<Record<string, string>>,
): string {
  const unused = new Set(Object.keys(regions));
  const filled = text.replaceAll(REGION, (_, name: string) => {
    const content = regions[name];
    if (content === undefined)
      throw new Error(`${page} has the region "${name}", which is not made`);
    unused.delete(name);
    return `<!-- made: ${name} -->\n${content.trim()}\n<!-- end -->`;
  });
  if (unused.size > 0) throw new Error(`${page} lacks the region "${[...unused].join('", "')}"`);
  return filled;
}
