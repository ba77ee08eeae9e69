import type { Metadata } from 'next';
import { Conversation } from '@/features/chat/conversation.tsx';
import { userPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Conversation' };

export default userPage(async ({ params }: PageProps<'/inbox/[session]'>, person) => {
  const sessionId = decodeURIComponent((await params).session);
  return <Conversation key={sessionId} sessionId={sessionId} userId={person.id} />;
});
