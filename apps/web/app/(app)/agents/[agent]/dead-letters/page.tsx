import type { Metadata } from 'next';
import { DeadLetterGroups } from '@/components/agents/dead-letter-groups.tsx';
import { DeadLetterTurns } from '@/components/agents/dead-letter-turns.tsx';
import { DeliverySources } from '@/components/agents/delivery-sources.tsx';
import { Notice } from '@/components/ui/notice.tsx';
import { deadLetters } from '@/lib/agent-owner.ts';
import { requireOwner } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Dead letters' };

interface PageProps {
  readonly params: Promise<{ readonly agent: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function DeadLettersPage({ params, searchParams }: PageProps) {
  await requireOwner();
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
}
