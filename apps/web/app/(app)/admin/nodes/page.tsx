import type { Metadata } from 'next';
import { NodesView } from '@/components/admin/nodes-view.tsx';
import { adminPage } from '@/lib/guarded-page.tsx';

export const metadata: Metadata = { title: 'Nodes' };

export default adminPage(() => <NodesView />);
