import { sessionIdSchema } from '@fleetlm/protocol';
import type { Metadata } from 'next';
import { contextQueryOf } from '@/features/agents/context/context-query.ts';
import { ContextView } from '@/features/agents/context/context-view.tsx';
import { FindConversation } from '@/features/agents/context/find-conversation.tsx';
import { getContext } from '@/server/cluster/contexts.ts';
import { ownerPage } from '@/server/guards/guarded-page.tsx';
import { Notice } from '@/ui/notice.tsx';

export const metadata: Metadata = { title: 'Context' };

export default ownerPage(async ({ searchParams }: PageProps<'/agents/[agent]/context'>) => {
  const { session } = await contextQueryOf(searchParams);
  return (
    <>
      <FindConversation />
      {session !== null && <Context sessionId={session} />}
    </>
  );
});

async function Context({ sessionId }: { readonly sessionId: string }) {
  const isId = sessionIdSchema.safeParse(sessionId).success;
  const context = isId ? await getContext(sessionId) : null;
  if (context?.ok === true)
    return <ContextView key={sessionId} sessionId={sessionId} context={context.value} />;
  return (
    <Notice tone="critical" role="alert">
      {context === null
        ? 'This is not the id of a conversation.'
        : `The context can’t be read now: ${context.problem.detail}`}
    </Notice>
  );
}
