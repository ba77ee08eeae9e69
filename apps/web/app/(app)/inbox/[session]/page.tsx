import type { Metadata } from 'next';
import { Conversation } from '@/components/chat/conversation.tsx';
import { requirePerson } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Conversation' };

export default async function ConversationPage({
  params,
}: {
  readonly params: Promise<{ readonly session: string }>;
}) {
  const [{ session }, person] = await Promise.all([params, requirePerson()]);
  const sessionId = decodeURIComponent(session);
  return <Conversation key={sessionId} sessionId={sessionId} userId={person.id} />;
}
