import type { Metadata } from 'next';
import { OperationView } from '@/components/admin/operations/operation-view.tsx';
import { requireAdmin } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Operation' };

export default async function OperationPage({
  params,
}: {
  readonly params: Promise<{ readonly op: string }>;
}) {
  await requireAdmin();
  const { op } = await params;
  return <OperationView id={decodeURIComponent(op)} />;
}
