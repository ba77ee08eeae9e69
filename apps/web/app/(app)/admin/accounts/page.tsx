import type { Metadata } from 'next';
import { AccountsView } from '@/features/accounts/accounts-view.tsx';
import { AdminPage } from '@/features/admin/admin-page.tsx';
import { listAccounts } from '@/server/accounts/account-store.ts';
import { database } from '@/server/accounts/database.ts';
import { adminPage } from '@/server/guards/guarded-page.tsx';
import { ACCOUNTS_AWAY } from '@/server/guards/problem-response.ts';
import { logProblem } from '@/server/log.ts';
import { Notice } from '@/ui/notice.tsx';

export const metadata: Metadata = { title: 'Accounts' };

export default adminPage(async (_props, { id }) => {
  const listed = await listAccounts(database()).catch((error: unknown) => {
    logProblem('the accounts could not be read', error);
    return null;
  });
  return (
    <AdminPage
      title="Accounts"
      lead="Who can sign in. Users chat; owners also manage agents; admins also manage the cluster and accounts."
    >
      {listed === null ? (
        <Notice tone="critical" role="alert">
          {ACCOUNTS_AWAY.detail} Users who are signed in are not affected.
        </Notice>
      ) : (
        <AccountsView {...listed} ownId={id} />
      )}
    </AdminPage>
  );
});
