import type { InboxEntry } from '@fleetlm/client';

const KEY = 'fleetlm.notify';

/** Whether this person wants to hear of answers while they are away; kept in the browser, off at first. */
export function wantsNotifications(): boolean {
  try {
    return localStorage.getItem(KEY) === '1' && Notification.permission === 'granted';
  } catch {
    return false;
  }
}

/** Asks the browser for leave when it is switched on. Answers with what holds now. */
export async function setNotifications(isWanted: boolean): Promise<boolean> {
  if (!('Notification' in window)) return false;
  const isAllowed = isWanted && (await Notification.requestPermission()) === 'granted';
  try {
    localStorage.setItem(KEY, isAllowed ? '1' : '0');
  } catch {
    return false;
  }
  return isAllowed;
}

/** Entries in which an answer has come since `before`. */
export function freshAnswers(
  before: readonly InboxEntry[],
  after: readonly InboxEntry[],
): readonly InboxEntry[] {
  const known = new Map(before.map((entry) => [entry.session_id, entry.unread_count]));
  return after.filter(({ session_id, unread_count, last_message }) => {
    const had = known.get(session_id);
    return had !== undefined && unread_count > had && last_message?.kind === 'assistant';
  });
}
