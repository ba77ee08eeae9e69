import { createLoader, createParser, createSerializer } from 'nuqs/server';

/** An id or a name; an empty one is none. */
const name = createParser({ parse: (text) => (text === '' ? null : text), serialize: String });

/** What the address of the deliveries says: which are listed, from where on, and the one that is open. */
export const DELIVERIES_QUERY = { state: name, cursor: name, d: name };

export const deliveriesQueryOf = createLoader(DELIVERIES_QUERY);
export const deliveriesHref = createSerializer(DELIVERIES_QUERY);
