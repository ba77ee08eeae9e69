import type { Metadata } from 'next';
import { OperationsView } from '@/features/admin/operations/operations-view.tsx';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Operations' };

export default adminPage(() => <OperationsView />);
