import type { Metadata } from 'next';
import { OperationsView } from '@/components/admin/operations/operations-view.tsx';
import { requireAdmin } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Operations' };

export default async function OperationsPage() {
  await requireAdmin();
  return <OperationsView />;
}
