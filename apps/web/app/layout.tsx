import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import { THEME_COOKIE, themeFrom } from '@/common/theme.ts';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'FleetLM', template: '%s · FleetLM' },
  description: 'Conversations with your agents',
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  interactiveWidget: 'resizes-content',
  viewportFit: 'cover',
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
