import type { Metadata } from 'next';
import { TestCall } from '@/components/agents/test-call.tsx';
import { requireOwner } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Test call' };

export default async function TestPage({
  params,
}: {
  readonly params: Promise<{ readonly agent: string }>;
}) {
  await requireOwner();
  return <TestCall agentId={decodeURIComponent((await params).agent)} />;
}
