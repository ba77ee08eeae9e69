import type { Metadata } from 'next';
import { DeadLetterGroups } from '@/components/agents/dead-letter-groups.tsx';
import { DeadLetterTurns } from '@/components/agents/dead-letter-turns.tsx';
import { DeliverySources } from '@/components/agents/delivery-sources.tsx';
import { Notice } from '@/components/ui/notice.tsx';
import { deadLetters } from '@/lib/agent-owner.ts';
import { ownerPage } from '@/lib/guarded-page.tsx';

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
        The dead letters can’t be read now: {answer.problem.detail}
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
