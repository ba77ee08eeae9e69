import type { Metadata } from 'next';
import { AgentPlayground } from '@/features/agents/test-calls/agent-playground.tsx';
import { ownerPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Playground' };

export default ownerPage(async ({ params }: PageProps<'/agents/[agent]/playground'>) => {
  return <AgentPlayground agentId={decodeURIComponent((await params).agent)} />;
});
