import type { Metadata } from 'next';
import { AuditView } from '@/components/admin/audit-view.tsx';
import { adminPage } from '@/lib/guarded-page.tsx';

export const metadata: Metadata = { title: 'Audit' };

export default adminPage(() => <AuditView />);
