import type { Metadata } from 'next';
import { ClusterOverview } from '@/features/admin/overview/cluster-overview.tsx';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Cluster' };

export default adminPage(() => <ClusterOverview />);
