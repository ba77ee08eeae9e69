import type { ReactNode } from 'react';
import { AdminTabs } from '@/features/admin/admin-tabs.tsx';
import { ClusterProvider } from '@/features/admin/cluster-provider.tsx';
import { serverEnv } from '@/server/env.ts';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export default adminPage(({ children }: { readonly children: ReactNode }) => {
  return (
    <ClusterProvider nodeUrls={serverEnv().NODE_URLS}>
      <div className="flex h-full min-h-0 flex-col">
        <AdminTabs />
        <div className="min-h-0 flex-1">{children}</div>
      </div>
    </ClusterProvider>
  );
});
