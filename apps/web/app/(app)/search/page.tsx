import type { Metadata } from 'next';
import { SearchView } from '@/components/inbox/search-view.tsx';
import { userPage } from '@/lib/guarded-page.tsx';

export const metadata: Metadata = { title: 'Search' };

export default userPage((_props, person) => {
  return <SearchView userId={person.id} />;
});
