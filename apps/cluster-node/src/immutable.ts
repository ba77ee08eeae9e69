/** A type parsed by a schema, for code that only reads it. */
export type Immutable<T> = unknown extends T
  ? T
  : T extends Uint8Array
    ? T
    : { readonly [K in keyof T]: Immutable<T[K]> };
