'use client';

import type { AgentBody } from '@fleetlm/protocol';
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import { toast } from 'sonner';
import { called } from '@/common/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { Section } from '@/ui/section.tsx';
import { deleteAgent } from '../actions.ts';
import { AgentSwitch } from '../agents-table.tsx';

/** What stops an agent: for a while, or for good. */
export function DangerZone({ agent }: { readonly agent: AgentBody }) {
  const [isAsking, setIsAsking] = useState(false);
  const isEnabled = agent.status === 'enabled';
  return (
    <Section id="danger" title="Danger zone" text="Both take effect at once." tone="danger">
      <Row
        title={isEnabled ? 'Disable the agent' : 'Enable the agent'}
        text={
          isEnabled
            ? 'New messages to it fail until it is enabled again. Its conversations stay readable.'
            : 'It is called again from the next message on.'
        }
      >
        <AgentSwitch agent={agent} />
      </Row>
      <Row
        title="Delete the agent"
        text="Its registration goes for good. Its conversations stay readable and get no more answers."
      >
        <Button size="sm" variant="danger" onClick={() => setIsAsking(true)}>
          Delete…
        </Button>
      </Row>
      <Dialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={`Delete ${agent.name}?`}
        description="What happens to its conversations:"
      >
        <DeleteForm agent={agent} onKeep={() => setIsAsking(false)} />
      </Dialog>
    </Section>
  );
}

function Row({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly children: React.ReactNode;
}) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-border [&+&]:border-t [&+&]:pt-3">
      <div className="min-w-0 flex-1">
        <p className="text-sm font-medium">{title}</p>
        <p className="text-sm text-muted">{text}</p>
      </div>
      {children}
    </div>
  );
}

/** The id is typed out: a click alone deletes nothing. */
function DeleteForm({ agent, onKeep }: { readonly agent: AgentBody; readonly onKeep: () => void }) {
  const router = useRouter();
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const isMeant = typed.trim() === agent.id;
  const run = () =>
    start(async () => {
      if (!isMeant) return;
      const outcome = await called(deleteAgent(agent.id));
      if (!outcome.ok) {
        setProblem(outcome.problem.detail);
        return;
      }
      toast.success(`${agent.name} is deleted.`);
      router.push('/agents');
    });
  return (
    <Form onSend={run} className="flex flex-col gap-4">
      <ul className="flex list-disc flex-col gap-1 pl-5 text-sm">
        <li>They stay readable, for users and over the API, under the id “{agent.id}”.</li>
        <li>An answer in progress is finished. Messages that are written later get none.</li>
        <li>Nothing is erased: users delete their conversations themselves.</li>
        <li>
          The id is free again. An agent that is registered under it takes these conversations over.
        </li>
      </ul>
      <p className="text-sm text-muted">
        To only stop the calls, disable the agent. Its address, settings and signing secret are lost
        by deleting it.
      </p>
      {problem !== null && (
        <Notice tone="critical" role="alert">
          {problem}
        </Notice>
      )}
      <Field
        label={`Type ${agent.id} to confirm`}
        name="confirm"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        autoComplete="off"
      />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onKeep}>Keep the agent</Button>
        <Button
          type="submit"
          variant="danger"
          disabled={!isMeant || isPending}
          reason={isMeant ? undefined : 'Type the id of the agent first.'}
        >
          {isPending ? 'Deleting…' : 'Delete for good'}
        </Button>
      </div>
    </Form>
  );
}
