/** The policy of what is data or a file: should a browser take it for a page, nothing in it runs. */
export const NOTHING_RUNS =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The policy of a file. A worker's script is under the policy that it comes with, and loads its parts from here. */
export const OWN_FILES_ONLY =
  "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * The policy of a page. Scripts run only with this response's nonce, and nothing is asked of anybody but this
 * origin and the cluster's nodes. Inline styles are allowed: the toasts and the dialogs' scroll lock write
 * style elements without a nonce, and text of agents is never inserted as HTML.
 *
 * @param nodeUrls origins of the nodes; their websocket twins are allowed too.
 */
export function contentSecurityPolicy(
  nonce: string,
  nodeUrls: readonly string[],
  isDevelopment: boolean,
): string {
  const origins = nodeUrls.map((url) => new URL(url).origin);
  const nodes = origins.flatMap((origin) => [origin, origin.replace(/^http/, 'ws')]);
  const directives = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    // Pictures of conversations come from the nodes.
    `img-src ${["'self'", 'data:', 'blob:', ...origins].join(' ')}`,
    "font-src 'self'",
    `connect-src ${["'self'", ...nodes].join(' ')}${isDevelopment ? ' ws:' : ''}`,
    // Without it 'strict-dynamic' would decide about workers, which have no nonce.
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return directives.join('; ');
}
