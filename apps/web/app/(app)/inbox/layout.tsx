import type { ReactNode } from 'react';
import { InboxShell } from '@/components/inbox/inbox-shell.tsx';

export default function InboxLayout({ children }: { readonly children: ReactNode }) {
  return <InboxShell>{children}</InboxShell>;
}
