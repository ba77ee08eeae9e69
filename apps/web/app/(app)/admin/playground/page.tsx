import { SCENARIOS } from '@fleetlm/raft/playground';
import type { Metadata } from 'next';
import { Playground } from '@/features/playground/playground.tsx';
import { adminPage } from '@/server/guards/guarded-page.tsx';

export const metadata: Metadata = { title: 'Playground' };

export default adminPage(async ({ searchParams }: PageProps<'/admin/playground'>) => {
  const { scenario } = await searchParams;
  const first = SCENARIOS.find(({ id }) => id === scenario) ?? SCENARIOS[0];
  return (
    <div className="h-full overflow-y-auto text-sm">
      <div className="mx-auto flex max-w-7xl flex-col gap-4 p-4 md:p-6">
        <header>
          <h1 className="text-xl font-semibold tracking-tight">Raft playground</h1>
          <p className="text-muted">
            Five nodes and a client in this browser, with the same core as the cluster. Click a link
            to cut it, a message to drop it, a node to choose what happens to it.
          </p>
        </header>
        <Playground first={first?.id ?? 'first-election'} />
      </div>
    </div>
  );
});
