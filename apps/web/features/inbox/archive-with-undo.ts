import { toast } from 'sonner';
import { archiveConversation } from './queries.ts';

/** Archives a conversation or brings it back, says so, and offers the way back. */
export async function archiveWithUndo(sessionId: string, isArchived: boolean): Promise<void> {
  try {
    await archiveConversation(sessionId, isArchived);
  } catch (error) {
    toast.error(error instanceof Error ? error.message : String(error));
    return;
  }
  if (!isArchived) {
    toast.success('Brought back.');
    return;
  }
  const onClick = (): void => {
    void archiveWithUndo(sessionId, false);
  };
  toast.success('Archived.', { action: { label: 'Undo', onClick } });
}
