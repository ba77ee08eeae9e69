import { MessagesSquare } from 'lucide-react';
import type { Metadata } from 'next';
import { userPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Inbox' };

export default userPage(() => {
  return (
    <div className="grid h-full place-items-center p-8 text-center text-muted">
      <div>
        <MessagesSquare size={32} aria-hidden className="mx-auto mb-3" />
        <p>Choose a conversation, or start a new one.</p>
      </div>
    </div>
  );
});
