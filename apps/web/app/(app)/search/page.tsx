import type { Metadata } from 'next';
import { SearchView } from '@/features/inbox/search-view.tsx';
import { userPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Search' };

export default userPage((_props, person) => {
  return <SearchView userId={person.id} />;
});
