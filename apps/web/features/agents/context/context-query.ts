import { createLoader, createParser } from 'nuqs/server';

const text = createParser({ parse: (value) => (value === '' ? null : value), serialize: String });

/** What the address of the context says: the conversation. */
export const contextQueryOf = createLoader({ session: text });
