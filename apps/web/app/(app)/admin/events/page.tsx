import type { Metadata } from 'next';
import { EventsView } from '@/components/admin/events-view.tsx';
import { requireAdmin } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Events' };

export default async function EventsPage() {
  await requireAdmin();
  return <EventsView />;
}
