import type { Metadata } from 'next';
import { AgentPlayground } from '@/components/agents/agent-playground.tsx';
import { requireOwner } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Playground' };

export default async function PlaygroundPage({
  params,
}: {
  readonly params: Promise<{ readonly agent: string }>;
}) {
  await requireOwner();
  return <AgentPlayground agentId={decodeURIComponent((await params).agent)} />;
}
