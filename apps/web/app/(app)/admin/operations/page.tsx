import type { Metadata } from 'next';
import { OperationsView } from '@/components/admin/operations/operations-view.tsx';
import { adminPage } from '@/lib/guarded-page.tsx';

export const metadata: Metadata = { title: 'Operations' };

export default adminPage(() => <OperationsView />);
