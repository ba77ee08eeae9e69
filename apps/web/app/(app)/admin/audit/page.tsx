import type { Metadata } from 'next';
import { AuditView } from '@/components/admin/audit-view.tsx';
import { requireAdmin } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Audit' };

export default async function AuditPage() {
  await requireAdmin();
  return <AuditView />;
}
