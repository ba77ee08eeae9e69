import type { Metadata } from 'next';
import { AgentsTable } from '@/features/agents/agents-table.tsx';
import { ConnectAgent } from '@/features/agents/connect/connect-agent.tsx';
import { RegisterAgent } from '@/features/agents/register-agent.tsx';
import { listAgents } from '@/server/cluster/agents.ts';
import { ownerPage } from '@/server/guards/guarded-page.tsx';
import { Notice } from '@/ui/notice.tsx';

export const metadata: Metadata = { title: 'Agents' };

export default ownerPage(async () => {
  const agents = await listAgents();
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-4xl flex-col gap-5 p-4 md:p-6">
        <header className="flex items-center justify-between gap-4">
          <div>
            <h1 className="text-xl font-semibold tracking-tight">Agents</h1>
            <p className="text-sm text-muted">
              Webhooks that reply to your users. Any AI SDK route handler works.
            </p>
          </div>
          {(!agents.ok || agents.value.length > 0) && <RegisterAgent />}
        </header>
        {agents.ok ? (
          agents.value.length === 0 ? (
            <ConnectAgent />
          ) : (
            <AgentsTable agents={agents.value} />
          )
        ) : (
          <Notice tone="critical" role="alert">
            Agents are unavailable: {agents.problem.detail}
          </Notice>
        )}
      </div>
    </div>
  );
});
