import type { Metadata } from 'next';
import { NodesView } from '@/components/admin/nodes-view.tsx';
import { requireAdmin } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Nodes' };

export default async function NodesPage() {
  await requireAdmin();
  return <NodesView />;
}
