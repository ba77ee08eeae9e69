'use client';

import type { ClusterOperation } from '@fleetlm/client/admin';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Notice } from '@/ui/notice.tsx';
import { operationTitle, tooLateToCancel } from './operation-words.ts';
import { cancelOperation, fetchOperation } from './queries.ts';

export interface CancelOperationProps {
  readonly operation: ClusterOperation;
  readonly isLive: boolean;
  /** Called with the operation as the cluster last answered it. */
  readonly onAnswer: (operation: ClusterOperation) => void;
}

/**
 * Cancels a running operation once it is confirmed. The operation may end while the confirmation is open: the dialog
 * stays and says so, instead of vanishing under the pointer.
 */
export function CancelOperation({ operation, isLive, onAnswer }: CancelOperationProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const cancel = async (): Promise<void> => {
    setIsAsking(true);
    try {
      onAnswer(await cancelOperation(operation.id));
      setIsOpen(false);
    } catch (error) {
      // A conflict means that it has ended; the live feed may not have reported that yet.
      const current = await fetchOperation(operation.id).catch(() => null);
      if (current !== null) onAnswer(current);
      if (current === null || current.state === 'running')
        toast.error(error instanceof Error ? error.message : String(error));
    } finally {
      setIsAsking(false);
    }
  };
  const tooLate = tooLateToCancel(operation);
  return (
    <>
      {tooLate === null && (
        <Button size="sm" variant="danger" disabled={!isLive} onClick={() => setIsOpen(true)}>
          Cancel…
        </Button>
      )}
      <Dialog
        open={isOpen}
        onOpenChange={setIsOpen}
        title={`Cancel: ${operationTitle(operation)}`}
        {...(tooLate === null && {
          description:
            'What has moved stays until the cluster moves it back, which it starts at once.',
        })}
      >
        {tooLate === null ? (
          <footer className="flex justify-end gap-2">
            <Button onClick={() => setIsOpen(false)}>Keep it running</Button>
            <Button variant="danger" disabled={isAsking} onClick={() => void cancel()}>
              {isAsking ? 'Cancelling…' : 'Cancel the operation'}
            </Button>
          </footer>
        ) : (
          <div className="flex flex-col gap-4">
            <Notice tone="info" role="status">
              {tooLate}
            </Notice>
            <footer className="flex justify-end">
              <Button onClick={() => setIsOpen(false)}>Close</Button>
            </footer>
          </div>
        )}
      </Dialog>
    </>
  );
}
