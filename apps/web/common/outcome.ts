import { unstable_isUnrecognizedActionError, unstable_rethrow } from 'next/navigation';

/** What went wrong, in the words of the cluster's problem document. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

/** What a request to the cluster, or an action, came to: in a form that the browser may see. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

const NEW_VERSION = 'A new version of this app is available. Reload the page to continue.';
const NOT_REACHED =
  'The app is unreachable. The change may or may not have been made: check, and try again.';

/**
 * What an action of the server came to. One that a page from before a deploy calls, or that does not reach the server, is a
 * problem like any other: it must not take what was typed off the screen.
 */
export async function called<T>(action: Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await action;
  } catch (error) {
    unstable_rethrow(error);
    const isOutdated = unstable_isUnrecognizedActionError(error);
    const code = isOutdated ? 'new_version' : 'not_reached';
    const detail = isOutdated ? NEW_VERSION : NOT_REACHED;
    return { ok: false, problem: { status: 0, code, detail, errors: [] } };
  }
}
