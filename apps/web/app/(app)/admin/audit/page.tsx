import type { Metadata } from 'next';
import { AuditView } from '@/features/admin/operations/audit-view.tsx';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Audit' };

export default adminPage(() => <AuditView />);
