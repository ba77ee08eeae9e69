import type { Metadata } from 'next';
import { DeadLetterGroups } from '@/features/agents/deliveries/dead-letter-groups.tsx';
import { DeadLetterTurns } from '@/features/agents/deliveries/dead-letter-turns.tsx';
import { DeliverySources } from '@/features/agents/deliveries/delivery-sources.tsx';
import { deadLetters } from '@/server/cluster/agents.ts';
import { ownerPage } from '@/server/guards/guarded-page.tsx';
import { Notice } from '@/ui/notice.tsx';

export const metadata: Metadata = { title: 'Dead letters' };

type DeadLettersProps = PageProps<'/agents/[agent]/dead-letters'>;

export default ownerPage(async ({ params, searchParams }: DeadLettersProps) => {
  const agentId = decodeURIComponent((await params).agent);
  const { group } = await searchParams;
  const groupId = typeof group === 'string' ? group : null;
  const answer = await deadLetters(agentId, { group: groupId, cursor: null });
  if (!answer.ok)
    return (
      <Notice tone="critical" role="alert">
        Dead letters are unavailable: {answer.problem.detail}
      </Notice>
    );
  const { groups, deliveries, sources } = answer.value;
  return (
    <>
      <DeliverySources sources={sources} />
      {groupId === null ? (
        <DeadLetterGroups agentId={agentId} groups={groups} />
      ) : (
        <DeadLetterTurns agentId={agentId} group={groups[0] ?? null} deliveries={deliveries} />
      )}
    </>
  );
});
