const PREFIX = 'fleetlm.draft.';

/**
 * Unsent words of a conversation, kept in the browser for the user who wrote them. Storage that is full or forbidden loses drafts,
 * nothing else.
 */
export function readDraft(userId: string, sessionId: string): string {
  try {
    return localStorage.getItem(keyOf(userId, sessionId)) ?? '';
  } catch {
    return '';
  }
}

export function writeDraft(userId: string, sessionId: string, text: string): void {
  try {
    if (text === '') localStorage.removeItem(keyOf(userId, sessionId));
    else localStorage.setItem(keyOf(userId, sessionId), text);
  } catch {
    // Nothing to be done: the words are still in the composer.
  }
}

/** At a sign-out: nothing of this user stays in the browser. */
export function clearDrafts(userId: string): void {
  const prefix = keyOf(userId, '');
  // Ids of conversations have no dot: what has one is of a user whose id begins alike.
  removeKeys((key) => key.startsWith(prefix) && !key.slice(prefix.length).includes('.'));
}

/** Earlier versions kept drafts without their writer, and so for every user of the browser. */
export function dropDraftsWithoutUser(): void {
  removeKeys((key) => key.startsWith(PREFIX) && !key.slice(PREFIX.length).includes('.'));
}

function keyOf(userId: string, sessionId: string): string {
  return `${PREFIX}${userId}.${sessionId}`;
}

function removeKeys(isMeant: (key: string) => boolean): void {
  try {
    for (const key of Object.keys(localStorage)) if (isMeant(key)) localStorage.removeItem(key);
  } catch {
    // Storage is forbidden: nothing was kept.
  }
}
