/** What the reference pages are made of: for tools and tests, not for a running node. */

export * from './limit-rows.ts';
export { ARRAY_ENTRIES } from './parse/bounded-array.ts';
