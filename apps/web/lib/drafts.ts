const PREFIX = 'fleetlm.draft.';

/** Unsent words of a conversation, kept in the browser. Storage that is full or forbidden loses drafts, nothing else. */
export function readDraft(sessionId: string): string {
  try {
    return localStorage.getItem(PREFIX + sessionId) ?? '';
  } catch {
    return '';
  }
}

export function writeDraft(sessionId: string, text: string): void {
  try {
    if (text === '') localStorage.removeItem(PREFIX + sessionId);
    else localStorage.setItem(PREFIX + sessionId, text);
  } catch {
    // Nothing to be done: the words are still in the composer.
  }
}
