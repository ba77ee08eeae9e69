import type { Metadata } from 'next';
import { DispatchView } from '@/components/admin/dispatch-view.tsx';
import { adminPage } from '@/lib/guarded-page.tsx';

export const metadata: Metadata = { title: 'Dispatch' };

export default adminPage(() => <DispatchView />);
