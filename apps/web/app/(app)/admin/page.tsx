import type { Metadata } from 'next';
import { ClusterOverview } from '@/components/admin/cluster-overview.tsx';
import { serverEnv } from '@/lib/env.ts';
import { requireAdmin } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Cluster' };

export default async function AdminPage() {
  await requireAdmin();
  return <ClusterOverview nodeUrls={serverEnv().NODE_URLS} />;
}
