import type { Metadata } from 'next';
import { DispatchView } from '@/features/admin/dispatch-view.tsx';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Dispatch' };

export default adminPage(() => <DispatchView />);
