import { GROUPS_MAX } from './limits.ts';

/** `<2 hex>-<ULID>`: the first part is the group that holds the session, so the id alone routes. */
export const SESSION_ID_PATTERN = /^[0-9a-f]{2}-[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Whether a text has the form of a session's id; it need not exist. */
export function isSessionId(text: string): boolean {
  return SESSION_ID_PATTERN.test(text);
}

/** The group that a session id names; null when the text is no session id. */
export function groupOfSession(sessionId: string): number | null {
  return isSessionId(sessionId) ? Number.parseInt(sessionId.slice(0, 2), 16) : null;
}

/**
 * The id of a new session. Throws a RangeError when the parts don't make one: a group from 0 to 255, a ULID in upper case.
 *
 * @example formatSessionId(groupOfUser(userId, 256), ulid()) // '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ'
 */
export function formatSessionId(group: number, ulid: string): string {
  if (!Number.isInteger(group) || group < 0 || group >= GROUPS_MAX)
    throw new RangeError(`a group is an integer from 0 to ${GROUPS_MAX - 1}, got ${group}`);
  const sessionId = `${group.toString(16).padStart(2, '0')}-${ulid}`;
  if (!isSessionId(sessionId)) throw new RangeError(`not a ULID: ${ulid}`);
  return sessionId;
}
