import type { Metadata } from 'next';
import { ClusterOverview } from '@/components/admin/cluster-overview.tsx';
import { adminPage } from '@/lib/guarded-page.tsx';

export const metadata: Metadata = { title: 'Cluster' };

export default adminPage(() => <ClusterOverview />);
