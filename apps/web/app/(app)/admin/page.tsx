import type { Metadata } from 'next';
import { ClusterOverview } from '@/components/admin/cluster-overview.tsx';
import { requireAdmin } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Cluster' };

export default async function AdminPage() {
  await requireAdmin();
  return <ClusterOverview />;
}
