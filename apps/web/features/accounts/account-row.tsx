'use client';

import { useState, useTransition } from 'react';
import type { Account } from '@/common/accounts.ts';
import type { Outcome } from '@/common/outcome.ts';
import { called } from '@/common/outcome.ts';
import { roleOf } from '@/common/roles.ts';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import { changeRole, giveNewPassword, removeAccount } from './actions.ts';
import type { AddAccountProps } from './add-account.tsx';
import { RoleSelect } from './role-select.tsx';

interface AccountRowProps extends AddAccountProps {
  readonly account: Account;
  readonly isOwn: boolean;
}

type Asked = 'password' | 'remove';

/** One account. What it takes away from its person is asked for once more. */
export function AccountRow({ account, isOwn, onSettled }: AccountRowProps) {
  const { id, name, email, role, devices, since } = account;
  const [asked, setAsked] = useState<Asked | null>(null);
  const [isPending, start] = useTransition();
  const run = <T,>(act: () => Promise<Outcome<T>>, done: (value: T) => void): void =>
    start(async () => {
      const outcome = await called(act());
      setAsked(null);
      if (outcome.ok) done(outcome.value);
      else onSettled(outcome.problem.detail);
    });
  const confirm = (): void => {
    if (asked === 'remove')
      run(
        () => removeAccount(id),
        () => onSettled(null),
      );
    else
      run(
        () => giveNewPassword(id),
        ({ password }) => onSettled(null, { email, password }),
      );
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-3 py-2">
      <div className="min-w-48 flex-1">
        <p className="font-medium [overflow-wrap:anywhere]">
          {name} {isOwn && <span className="font-normal text-muted">(you)</span>}
        </p>
        <p className="text-muted [overflow-wrap:anywhere]">{email}</p>
      </div>
      <p className="text-xs text-muted">
        {devices === 0 ? 'not signed in' : `on ${devices} ${devices === 1 ? 'device' : 'devices'}`}
        {' · '}added <LocalTime iso={since} />
      </p>
      <RoleSelect
        aria-label={`Role of ${email}`}
        value={role}
        disabled={isOwn || isPending}
        onChange={({ target }) =>
          run(
            () => changeRole(id, roleOf(target.value)),
            () => onSettled(null),
          )
        }
      />
      <div className="flex gap-2">
        <Button size="sm" disabled={isOwn || isPending} onClick={() => setAsked('password')}>
          Reset password…
        </Button>
        <Button
          size="sm"
          variant="danger"
          disabled={isOwn || isPending}
          onClick={() => setAsked('remove')}
        >
          Remove…
        </Button>
      </div>
      <Dialog
        open={asked !== null}
        onOpenChange={(isOpen) => {
          if (!isOpen) setAsked(null);
        }}
        title={asked === 'remove' ? `Remove ${email}?` : `Reset the password of ${email}?`}
        description={
          asked === 'remove'
            ? 'The user is signed out everywhere and can no longer sign in. Conversations stay in the cluster.'
            : 'The current password stops working, and the user is signed out everywhere.'
        }
      >
        <div className="flex justify-end gap-2">
          <Button onClick={() => setAsked(null)}>Cancel</Button>
          <Button
            variant={asked === 'remove' ? 'danger' : 'primary'}
            disabled={isPending}
            onClick={confirm}
          >
            {asked === 'remove' ? 'Remove the account' : 'Reset password'}
          </Button>
        </div>
      </Dialog>
    </li>
  );
}
