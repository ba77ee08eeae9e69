import type { Metadata } from 'next';
import { DispatchView } from '@/components/admin/dispatch-view.tsx';
import { requireAdmin } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Dispatch' };

export default async function DispatchPage() {
  await requireAdmin();
  return <DispatchView />;
}
