import type { Metadata } from 'next';
import { AgentFigures } from '@/features/agents/agent-figures.tsx';
import { FirstCall } from '@/features/agents/connect/first-call.tsx';
import { LiveRefresh } from '@/features/agents/live-refresh.tsx';
import { agentStats, getAgent } from '@/server/cluster/agents.ts';
import { ownerPage } from '@/server/guards/guarded-page.tsx';
import { Notice } from '@/ui/notice.tsx';

export const metadata: Metadata = { title: 'Agent' };

export default ownerPage(async ({ params }: PageProps<'/agents/[agent]'>) => {
  const id = decodeURIComponent((await params).agent);
  const [agent, stats] = await Promise.all([getAgent(id), agentStats(id)]);
  return (
    <>
      <LiveRefresh />
      {stats.ok ? (
        <>
          {agent.ok && <FirstCall agent={agent.value} stats={stats.value.stats} />}
          <AgentFigures answer={stats.value} />
        </>
      ) : (
        <Notice tone="critical" role="alert">
          Metrics are unavailable: {stats.problem.detail}
        </Notice>
      )}
    </>
  );
});
