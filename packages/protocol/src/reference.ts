/** What the reference pages are made of: for tools and tests, not for a running node. */
export * from './rest-routes.ts';
export * from './socket-reference.ts';
