import type { ReactNode } from 'react';
import { Toaster } from 'sonner';
import { SignInAgain } from '@/features/accounts/sign-in/sign-in-again.tsx';
import { serverEnv } from '@/server/env.ts';
import { userPage } from '@/server/guards/guarded-page.tsx';
import { AwayNotices } from '@/shell/away-notices.tsx';
import { FleetRoot } from '@/shell/fleet-root.tsx';
import { GlobalKeys } from '@/shell/global-keys.tsx';
import { Navigation } from '@/shell/navigation.tsx';
import { PaletteRoot } from '@/shell/palette/palette-root.tsx';

/** Everything behind the sign-in. The nodes' addresses reach the browser here, at run time. */
export default userPage(({ children }: { readonly children: ReactNode }, person) => {
  return (
    <FleetRoot key={person.id} userId={person.id} nodes={serverEnv().NODE_URLS}>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:left-2 focus:top-2 focus:z-50 focus:rounded-md focus:bg-surface focus:px-3 focus:py-2"
      >
        Skip to content
      </a>
      <div className="flex h-dvh flex-col md:flex-row">
        <Navigation person={person} />
        <main id="main" data-pane="6" tabIndex={-1} className="min-h-0 min-w-0 flex-1 outline-none">
          {children}
        </main>
      </div>
      <AwayNotices />
      <GlobalKeys role={person.role} />
      <SignInAgain person={person} />
      <PaletteRoot person={person} />
      <Toaster position="top-center" toastOptions={{ className: 'font-sans' }} />
    </FleetRoot>
  );
});
