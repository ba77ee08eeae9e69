import type { Metadata } from 'next';
import { FlushView } from '@/components/admin/flush-view.tsx';
import { adminPage } from '@/lib/guarded-page.tsx';

export const metadata: Metadata = { title: 'Flush' };

export default adminPage(() => <FlushView />);
