import type { Metadata } from 'next';
import { feedbackQueryOf } from '@/features/agents/feedback/feedback-query.ts';
import { FeedbackView } from '@/features/agents/feedback/feedback-view.tsx';
import { agentFeedback, feedbackStats } from '@/server/cluster/agents.ts';
import { ownerPage } from '@/server/guards/guarded-page.tsx';
import { Notice } from '@/ui/notice.tsx';

export const metadata: Metadata = { title: 'Feedback' };

type FeedbackProps = PageProps<'/agents/[agent]/feedback'>;

export default ownerPage(async ({ params, searchParams }: FeedbackProps) => {
  const agentId = decodeURIComponent((await params).agent);
  const query = await feedbackQueryOf(searchParams);
  const [page, stats] = await Promise.all([agentFeedback(agentId, query), feedbackStats(agentId)]);
  if (page.ok && stats.ok)
    return <FeedbackView agentId={agentId} page={page.value} stats={stats.value} {...query} />;
  const problem = page.ok ? stats : page;
  return (
    <Notice tone="critical" role="alert">
      The feedback can’t be read now: {problem.ok ? '' : problem.problem.detail}
    </Notice>
  );
});
