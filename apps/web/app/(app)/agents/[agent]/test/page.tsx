import type { Metadata } from 'next';
import { TestCall } from '@/components/agents/test-call.tsx';
import { requireAdmin } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Test call' };

export default async function TestPage({
  params,
}: {
  readonly params: Promise<{ readonly agent: string }>;
}) {
  await requireAdmin();
  return <TestCall agentId={decodeURIComponent((await params).agent)} />;
}
