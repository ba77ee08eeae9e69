'use client';

import { useState } from 'react';
import type { Account } from '@/common/accounts.ts';
import { Notice } from '@/ui/notice.tsx';
import { AccountRow } from './account-row.tsx';
import { AddAccount } from './add-account.tsx';
import { NewPassword } from './new-password.tsx';

export interface AccountsViewProps {
  readonly accounts: readonly Account[];
  readonly count: number;
  /** The admin who looks: the last admin is not removed by mistake. */
  readonly ownId: string;
}

/** A password that was just made; it is nowhere else. */
export interface MadePassword {
  readonly email: string;
  readonly password: string;
}

/** All accounts, a new one, and what can be done with each. */
export function AccountsView({ accounts, count, ownId }: AccountsViewProps) {
  const [made, setMade] = useState<MadePassword | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const settled = (detail: string | null, password: MadePassword | null = null): void => {
    setProblem(detail);
    if (detail === null) setMade(password);
  };
  return (
    <>
      <AddAccount onSettled={settled} />
      <div aria-live="polite" className="flex flex-col gap-3 empty:hidden">
        {problem !== null && (
          <Notice tone="critical" role="alert">
            {problem}
          </Notice>
        )}
        {made !== null && <NewPassword {...made} onDone={() => setMade(null)} />}
      </div>
      <section aria-labelledby="all-accounts" className="min-w-0">
        <h2 id="all-accounts" className="mb-2 font-semibold">
          {count === 1 ? '1 account' : `${count} accounts`}
        </h2>
        <ul
          aria-label="Accounts"
          className="divide-y divide-border rounded-lg border border-border bg-surface"
        >
          {accounts.map((account) => (
            <AccountRow
              key={account.id}
              account={account}
              isOwn={account.id === ownId}
              onSettled={settled}
            />
          ))}
        </ul>
        {count > accounts.length && (
          <p className="mt-2 text-xs text-muted">Showing the newest {accounts.length}.</p>
        )}
      </section>
    </>
  );
}
