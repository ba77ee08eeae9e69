import type { Metadata } from 'next';
import { NodeView } from '@/components/admin/node-view.tsx';
import { requireAdmin } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Node' };

export default async function NodePage({ params }: PageProps<'/admin/nodes/[id]'>) {
  await requireAdmin();
  const { id } = await params;
  return <NodeView nodeId={decodeURIComponent(id)} />;
}
