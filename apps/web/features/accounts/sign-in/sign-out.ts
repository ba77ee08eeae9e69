import { clearBrowserOutbox, unsentInBrowser } from '@fleetlm/client';
import { clearDrafts } from '@/common/drafts.ts';
import { signOut } from './actions.ts';

/**
 * Signs out and leaves nothing of the user in this browser: drafts, unsent messages, and what the page itself holds, which goes
 * with a new document. Asks first when that would lose messages.
 */
export async function signOutHere(userId: string): Promise<void> {
  const unsent = unsentInBrowser(userId, window.localStorage);
  const question =
    unsent === 1
      ? 'One message has not been sent. Sign out and discard it?'
      : `${unsent} messages have not been sent. Sign out and discard them?`;
  if (unsent > 0 && !window.confirm(question)) return;
  await signOut();
  clearDrafts(userId);
  clearBrowserOutbox(userId, window.localStorage);
  window.location.replace('/login');
}
