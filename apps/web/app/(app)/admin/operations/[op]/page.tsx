import type { Metadata } from 'next';
import { OperationView } from '@/features/admin/operations/operation-view.tsx';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Operation' };

export default adminPage(async ({ params }: PageProps<'/admin/operations/[op]'>) => {
  const { op } = await params;
  return <OperationView id={decodeURIComponent(op)} />;
});
