import type { Applied, Effect, RefusalCode } from './results.ts';

export const NO_EFFECTS: readonly Effect[] = [];

export function refuse(code: RefusalCode, detail: string): Applied {
  return { reply: { type: 'refused', code, detail }, effects: NO_EFFECTS };
}

export function noSuchSession(sessionId: string): Applied {
  return refuse('session-not-found', `there is no session ${sessionId}`);
}
