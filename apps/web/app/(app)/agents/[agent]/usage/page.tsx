import type { Metadata } from 'next';
import { UsageView } from '@/features/agents/usage/usage-view.tsx';
import { agentUsage } from '@/server/cluster/agents.ts';
import { ownerPage } from '@/server/guards/guarded-page.tsx';
import { Notice } from '@/ui/notice.tsx';

export const metadata: Metadata = { title: 'Usage' };

export default ownerPage(async ({ params }: PageProps<'/agents/[agent]/usage'>) => {
  const agentId = decodeURIComponent((await params).agent);
  const [days, users] = await Promise.all([
    agentUsage(agentId, 'day'),
    agentUsage(agentId, 'user'),
  ]);
  if (days.ok && users.ok)
    return <UsageView agentId={agentId} days={days.value} users={users.value} />;
  const problem = days.ok ? users : days;
  return (
    <Notice tone="critical" role="alert">
      The usage can’t be read now: {problem.ok ? '' : problem.problem.detail}
    </Notice>
  );
});
