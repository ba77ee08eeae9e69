import type { Metadata } from 'next';
import { AgentFigures } from '@/components/agents/agent-figures.tsx';
import { LiveRefresh } from '@/components/agents/live-refresh.tsx';
import { Notice } from '@/components/ui/notice.tsx';
import { agentStats } from '@/lib/agent-owner.ts';
import { ownerPage } from '@/lib/guarded-page.tsx';

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
          The figures can’t be read now: {stats.problem.detail}
        </Notice>
      )}
    </>
  );
});
