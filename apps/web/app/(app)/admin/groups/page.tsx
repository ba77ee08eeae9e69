import type { Metadata } from 'next';
import { GroupsView } from '@/components/admin/groups-view.tsx';
import { requireAdmin } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Groups' };

export default async function GroupsPage() {
  await requireAdmin();
  return <GroupsView />;
}
