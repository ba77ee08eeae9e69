import type { Metadata } from 'next';
import { AgentFigures } from '@/features/agents/agent-figures.tsx';
import { LiveRefresh } from '@/features/agents/live-refresh.tsx';
import { agentStats } from '@/server/cluster/agents.ts';
import { ownerPage } from '@/server/guards/guarded-page.tsx';
import { Notice } from '@/ui/notice.tsx';

export const metadata: Metadata = { title: 'Agent' };

export default ownerPage(async ({ params }: PageProps<'/agents/[agent]'>) => {
  const stats = await agentStats(decodeURIComponent((await params).agent));
  return (
    <>
      <LiveRefresh />
      {stats.ok ? (
        <AgentFigures answer={stats.value} />
      ) : (
        <Notice tone="critical" role="alert">
          Metrics are unavailable: {stats.problem.detail}
        </Notice>
      )}
    </>
  );
});
