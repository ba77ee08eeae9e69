import type { Metadata } from 'next';
import { GroupsView } from '@/features/admin/groups/groups-view.tsx';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Groups' };

export default adminPage(() => <GroupsView />);
