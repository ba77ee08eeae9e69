import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import { THEME_COOKIE, themeFrom } from '@/common/theme.ts';
import { serverEnv } from '@/server/env.ts';
import './globals.css';

const DESCRIPTION = 'Conversations with your agents that outlive any machine';

/** Pictures of previews need a whole address: the one that the app is reached at. */
export async function generateMetadata(): Promise<Metadata> {
  // Never while the app is built: the environment is that of the server.
  await headers();
  const url = serverEnv().BETTER_AUTH_URL;
  return {
    metadataBase: url === undefined ? null : new URL(url),
    title: { default: 'FleetLM', template: '%s · FleetLM' },
    applicationName: 'FleetLM',
    description: DESCRIPTION,
    openGraph: { type: 'website', siteName: 'FleetLM', title: 'FleetLM', description: DESCRIPTION },
    twitter: { card: 'summary_large_image' },
  };
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  interactiveWidget: 'resizes-content',
  viewportFit: 'cover',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
    { media: '(prefers-color-scheme: dark)', color: '#16131f' },
  ],
};

/** Without a choice of the person's the system decides, before anything is painted, and as it changes. */
const FOLLOW_SYSTEM = `{
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => {
    if (!document.cookie.includes('${THEME_COOKIE}='))
      document.documentElement.classList.toggle('dark', dark.matches);
  };
  follow();
  dark.addEventListener('change', follow);
}`;

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const theme = themeFrom((await cookies()).get(THEME_COOKIE)?.value);
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  const className = `${GeistSans.variable} ${GeistMono.variable}${theme === 'dark' ? ' dark' : ''}`;
  return (
    <html lang="en" className={className} suppressHydrationWarning>
      <body>
        {theme === null && (
          <script
            nonce={nonce}
            suppressHydrationWarning
            // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of this file, with the page's nonce
            dangerouslySetInnerHTML={{ __html: FOLLOW_SYSTEM }}
          />
        )}
        {children}
      </body>
    </html>
  );
}
