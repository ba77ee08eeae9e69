import type { Metadata } from 'next';
import { FlushView } from '@/components/admin/flush-view.tsx';
import { requireAdmin } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Flush' };

export default async function FlushPage() {
  await requireAdmin();
  return <FlushView />;
}
