import type { Metadata } from 'next';
import { SearchView } from '@/components/inbox/search-view.tsx';
import { requirePerson } from '@/lib/session.ts';

export const metadata: Metadata = { title: 'Search' };

export default async function SearchPage() {
  const person = await requirePerson();
  return <SearchView userId={person.id} />;
}
