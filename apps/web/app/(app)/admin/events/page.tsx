import type { Metadata } from 'next';
import { EventsView } from '@/components/admin/events-view.tsx';
import { adminPage } from '@/lib/guarded-page.tsx';

export const metadata: Metadata = { title: 'Events' };

export default adminPage(() => <EventsView />);
