import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import { SettingsView } from '@/components/settings/settings-view.tsx';
import { requirePerson } from '@/lib/session.ts';
import { THEME_COOKIE, themeFrom } from '@/lib/theme.ts';

export const metadata: Metadata = { title: 'Settings' };

export default async function SettingsPage() {
  const [person, jar] = await Promise.all([requirePerson(), cookies()]);
  return <SettingsView person={person} theme={themeFrom(jar.get(THEME_COOKIE)?.value)} />;
}
