/** What the reference pages are made of: for tools and tests, not for a running node. */
export { ARRAY_ENTRIES } from './bounded-array.ts';
export * from './limit-rows.ts';
