import type { Metadata } from 'next';
import { RotateSecret } from '@/components/agents/rotate-secret.tsx';
import { SettingsForm } from '@/components/agents/settings-form.tsx';
import { Notice } from '@/components/ui/notice.tsx';
import { getAgent } from '@/lib/agent-owner.ts';
import { ownerPage } from '@/lib/guarded-page.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default ownerPage(async ({ params }: PageProps<'/agents/[agent]/settings'>) => {
  const agent = await getAgent(decodeURIComponent((await params).agent));
  if (!agent.ok)
    return (
      <Notice tone="critical" role="alert">
        The settings can’t be read now: {agent.problem.detail}
      </Notice>
    );
  return (
    <>
      <SettingsForm agent={agent.value} />
      <RotateSecret
        agentId={agent.value.id}
        previousUntil={agent.value.previous_secret_until ?? null}
      />
    </>
  );
});
