import type { Metadata } from 'next';
import { EventsView } from '@/features/admin/events/events-view.tsx';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Events' };

export default adminPage(() => <EventsView />);
