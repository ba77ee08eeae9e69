'use client';

import { useState } from 'react';
import { toast } from 'sonner';
import { called, type Outcome } from '@/common/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { ConfirmDialog } from '@/ui/dialog.tsx';
import { Field } from '@/ui/field.tsx';
import { setHold, startErasure } from './actions.ts';

/** What can be done with the data of one user. */
export function UserActions() {
  const [userId, setUserId] = useState('');
  const [reason, setReason] = useState('');
  const [isAsking, setIsAsking] = useState(false);
  const [isPending, setIsPending] = useState(false);
  const id = userId.trim();
  const needsUser = id === '' ? 'Name a user first.' : undefined;
  const act = async (action: Promise<Outcome<null>>, done: string) => {
    setIsPending(true);
    const outcome = await action;
    setIsPending(false);
    if (outcome.ok) toast.success(done);
    else toast.error(outcome.problem.detail);
  };
  const file = `/api/admin/export?user_id=${encodeURIComponent(id)}&format=`;
  return (
    <div className="flex flex-col gap-4 rounded-lg border border-border bg-surface p-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="User"
          hint="The id, as tokens have it."
          value={userId}
          onChange={({ target }) => setUserId(target.value)}
        />
        <Field
          label="Reason of a hold"
          hint="Needed to place one."
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </div>
      <div className="flex flex-wrap gap-2">
        {needsUser === undefined && (
          <>
            <Button asChild>
              <a href={`${file}json`} download>
                Export JSON
              </a>
            </Button>
            <Button asChild>
              <a href={`${file}html`} download>
                Export HTML
              </a>
            </Button>
          </>
        )}
        <Button
          disabled={needsUser !== undefined || reason.trim() === '' || isPending}
          reason={needsUser ?? 'Say why first.'}
          onClick={() => void act(called(setHold(id, reason.trim())), `${id} is on hold.`)}
        >
          Place hold
        </Button>
        <Button
          variant="danger"
          disabled={needsUser !== undefined || isPending}
          reason={needsUser}
          onClick={() => setIsAsking(true)}
        >
          Erase…
        </Button>
      </div>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={`Erase everything of ${id}?`}
        description="All conversations, feedback and the name in usage, here and in the archive. It can’t be undone. The account, if there is one, stays."
        keep="Keep"
        act="Erase"
        isPending={isPending}
        onConfirm={() => {
          setIsAsking(false);
          void act(called(startErasure(id)), `Erasing the data of ${id}.`);
        }}
      />
    </div>
  );
}
