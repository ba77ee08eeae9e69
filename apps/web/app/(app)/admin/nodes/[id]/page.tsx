import type { Metadata } from 'next';
import { NodeView } from '@/components/admin/node-view.tsx';
import { adminPage } from '@/lib/guarded-page.tsx';

export const metadata: Metadata = { title: 'Node' };

export default adminPage(async ({ params }: PageProps<'/admin/nodes/[id]'>) => {
  const { id } = await params;
  return <NodeView nodeId={decodeURIComponent(id)} />;
});
