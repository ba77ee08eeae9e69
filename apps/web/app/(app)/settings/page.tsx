import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import { THEME_COOKIE, themeFrom } from '@/common/theme.ts';
import { SettingsView } from '@/features/settings/settings-view.tsx';
import { userPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default userPage(async (_props, person) => {
  const jar = await cookies();
  return <SettingsView person={person} theme={themeFrom(jar.get(THEME_COOKIE)?.value)} />;
});
