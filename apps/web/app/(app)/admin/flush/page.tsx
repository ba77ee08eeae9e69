import type { Metadata } from 'next';
import { FlushView } from '@/features/admin/flush-view.tsx';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Flush' };

export default adminPage(() => <FlushView />);
