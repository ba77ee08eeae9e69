import type { ReactNode } from 'react';
import { InboxShell } from '@/features/inbox/inbox-shell.tsx';
import { userPage } from '@/server/guards/guarded-page.tsx';

export default userPage(({ children }: { readonly children: ReactNode }) => (
  <InboxShell>{children}</InboxShell>
));
