import type { Metadata } from 'next';
import { NodesView } from '@/features/admin/nodes/nodes-view.tsx';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Nodes' };

export default adminPage(() => <NodesView />);
