import type { Problem } from './cluster-api.ts';

/** What an action came to, in a form that the browser may see. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };
