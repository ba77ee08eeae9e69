import type { Metadata } from 'next';
import { DangerZone } from '@/features/agents/settings/danger-zone.tsx';
import { RotateSecret } from '@/features/agents/settings/rotate-secret.tsx';
import { SettingsForm } from '@/features/agents/settings/settings-form.tsx';
import { getAgent } from '@/server/cluster/agents.ts';
import { ownerPage } from '@/server/guards/guarded-page.tsx';
import { Notice } from '@/ui/notice.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default ownerPage(async ({ params }: PageProps<'/agents/[agent]/settings'>) => {
  const agent = await getAgent(decodeURIComponent((await params).agent));
  if (!agent.ok)
    return (
      <Notice tone="critical" role="alert">
        Settings are unavailable: {agent.problem.detail}
      </Notice>
    );
  return (
    <>
      <SettingsForm agent={agent.value} />
      <RotateSecret
        agentId={agent.value.id}
        previousUntil={agent.value.previous_secret_until ?? null}
      />
      <DangerZone agent={agent.value} />
    </>
  );
});
