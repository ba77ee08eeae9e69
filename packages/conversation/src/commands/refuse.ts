import type { GroupRecord } from '../group-record.ts';
import type { Applied, Effect, RefusalCode } from './results.ts';

export const NO_EFFECTS: readonly Effect[] = [];

export function refuse(code: RefusalCode, detail: string): Applied {
  return { reply: { type: 'refused', code, detail }, effects: NO_EFFECTS };
}

/** Its sender wrote without knowing the newest message. */
export function movedOn(lastSeq: number): Applied {
  const detail = `the conversation has moved on: its newest message is ${lastSeq}`;
  const reply = { type: 'refused', code: 'seq-moved-on', detail, lastSeq } as const;
  return { reply, effects: NO_EFFECTS };
}

/** It is not in memory: unknown, or to be brought back first. */
export function noSuchSession(group: GroupRecord, sessionId: string): Applied {
  if (group.isCold(sessionId))
    return refuse('session-cold', `session ${sessionId} is in the archive`);
  if (group.sessions.has(sessionId))
    return refuse('session-not-found', `session ${sessionId} was erased`);
  return refuse('session-not-found', `there is no session ${sessionId}`);
}
