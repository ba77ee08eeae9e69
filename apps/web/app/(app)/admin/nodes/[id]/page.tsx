import type { Metadata } from 'next';
import { NodeView } from '@/features/admin/nodes/node-view.tsx';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Node' };

export default adminPage(async ({ params }: PageProps<'/admin/nodes/[id]'>) => {
  const { id } = await params;
  return <NodeView nodeId={decodeURIComponent(id)} />;
});
