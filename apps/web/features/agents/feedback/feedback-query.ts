import { createLoader, createParser, createSerializer } from 'nuqs/server';

const text = createParser({ parse: (value) => (value === '' ? null : value), serialize: String });

/** What the address of the feedback says: which is listed, and from where on. */
const FEEDBACK_QUERY = { rating: text, cursor: text };

export const feedbackQueryOf = createLoader(FEEDBACK_QUERY);
export const feedbackHref = createSerializer(FEEDBACK_QUERY);
