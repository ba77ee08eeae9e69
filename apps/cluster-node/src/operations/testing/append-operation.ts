import type { Operation } from '../operations.ts';

export const SESSION = '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ';

/** A text of the user who owns the session. */
export const APPEND = {
  type: 'append',
  sessionId: SESSION,
  sender: { type: 'user', id: 'alice' },
  clientMessageId: 'c1',
  message: {
    id: '0197d3b0-0000-7000-8000-000000000001',
    kind: 'text',
    payload: new TextEncoder().encode('{}'),
    preview: '',
  },
} as const satisfies Operation;
