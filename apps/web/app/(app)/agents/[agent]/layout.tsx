import { notFound } from 'next/navigation';
import { AgentHeader } from '@/features/agents/agent-header.tsx';
import { AgentTabs } from '@/features/agents/agent-tabs.tsx';
import { getAgent } from '@/server/cluster/agents.ts';
import { ownerPage } from '@/server/guards/guarded-page.tsx';
import { Notice } from '@/ui/notice.tsx';

export default ownerPage(async ({ params, children }: LayoutProps<'/agents/[agent]'>) => {
  const agentId = decodeURIComponent((await params).agent);
  const agent = await getAgent(agentId);
  if (!agent.ok && agent.problem.status === 404) notFound();
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-5xl flex-col gap-5 p-4 md:p-6">
        {agent.ok ? (
          <AgentHeader agent={agent.value} />
        ) : (
          <Notice tone="critical" role="alert">
            The agent is unavailable: {agent.problem.detail}
          </Notice>
        )}
        <AgentTabs agentId={agentId} />
        {children}
      </div>
    </div>
  );
});
