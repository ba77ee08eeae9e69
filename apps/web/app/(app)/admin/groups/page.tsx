import type { Metadata } from 'next';
import { GroupsView } from '@/components/admin/groups-view.tsx';
import { adminPage } from '@/lib/guarded-page.tsx';

export const metadata: Metadata = { title: 'Groups' };

export default adminPage(() => <GroupsView />);
