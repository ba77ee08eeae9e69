import type { ReactNode } from 'react';
import { InboxShell } from '@/components/inbox/inbox-shell.tsx';
import { userPage } from '@/lib/guarded-page.tsx';

export default userPage(({ children }: { readonly children: ReactNode }) => (
  <InboxShell>{children}</InboxShell>
));
