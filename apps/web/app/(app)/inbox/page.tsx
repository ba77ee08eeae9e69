import type { Metadata } from 'next';
import { isAtLeast } from '@/common/roles.ts';
import { LazyConnectAgent } from '@/features/agents/connect/lazy-connect-agent.tsx';
import { StartConversation } from '@/features/start/start-conversation.tsx';
import { userPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Inbox' };

export default userPage((_: unknown, person) => (
  <StartConversation>
    {isAtLeast(person.role, 'owner') ? (
      <LazyConnectAgent />
    ) : (
      <p className="text-center text-muted">No agent is registered yet.</p>
    )}
  </StartConversation>
));
