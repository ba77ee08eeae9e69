import type { Metadata } from 'next';
import { AccountsView } from '@/components/admin/accounts/accounts-view.tsx';
import { AdminPage } from '@/components/admin/admin-page.tsx';
import { Notice } from '@/components/ui/notice.tsx';
import { listAccounts } from '@/lib/account-store.ts';
import { database } from '@/lib/database.ts';
import { adminPage } from '@/lib/guarded-page.tsx';
import { logProblem } from '@/lib/log.ts';
import { ACCOUNTS_AWAY } from '@/lib/problem-response.ts';

export const metadata: Metadata = { title: 'Accounts' };

export default adminPage(async (_props, { id }) => {
  const listed = await listAccounts(database()).catch((error: unknown) => {
    logProblem('the accounts could not be read', error);
    return null;
  });
  return (
    <AdminPage
      title="Accounts"
      lead="Who may sign in. Users talk, owners also look after agents, admins also after the cluster and accounts."
    >
      {listed === null ? (
        <Notice tone="critical" role="alert">
          {ACCOUNTS_AWAY.detail} Whoever is signed in goes on meanwhile.
        </Notice>
      ) : (
        <AccountsView {...listed} ownId={id} />
      )}
    </AdminPage>
  );
});
