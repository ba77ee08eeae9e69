'use client';

import { useState, useTransition } from 'react';
import { called } from '@/common/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { CopyButton } from '@/ui/copy-button.tsx';
import { ConfirmDialog } from '@/ui/dialog.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import { Notice } from '@/ui/notice.tsx';
import { Section } from '@/ui/section.tsx';
import { rotate } from '../actions.ts';

const OVERLAPS = [
  { seconds: 86_400, words: 'for a day' },
  { seconds: 3_600, words: 'for an hour' },
  { seconds: 0, words: 'not at all' },
] as const;

interface RotateSecretProps {
  readonly agentId: string;
  /** The secret before this one signs, too, until then. */
  readonly previousUntil: string | null;
}

/** A new signing secret, shown once. */
export function RotateSecret({ agentId, previousUntil }: RotateSecretProps) {
  const [overlap, setOverlap] = useState<number>(OVERLAPS[0].seconds);
  const [secret, setSecret] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const [isPending, start] = useTransition();
  const run = () =>
    start(async () => {
      const outcome = await called(rotate(agentId, overlap));
      setIsAsking(false);
      setSecret(outcome.ok ? outcome.value.secret : null);
      setProblem(outcome.ok ? null : outcome.problem.detail);
    });
  return (
    <Section
      id="secret"
      title="Signing secret"
      text={
        <>
          Signs every call to the agent. It is stored encrypted and never shown again.
          {previousUntil !== null && (
            <>
              {' '}
              Until <LocalTime iso={previousUntil} /> calls are signed with the previous secret too.
            </>
          )}
        </>
      }
    >
      {problem !== null && (
        <Notice tone="critical" role="alert">
          {problem}
        </Notice>
      )}
      {secret !== null && (
        <>
          <Notice tone="ok" role="status">
            This is the new secret. Copy it now: it is not shown again.
          </Notice>
          <div className="flex items-center gap-2 rounded-md border border-strong bg-raised py-1 pl-3 pr-1">
            <code className="min-w-0 flex-1 break-all text-sm">{secret}</code>
            <CopyButton text={secret} label="Copy secret" />
          </div>
        </>
      )}
      <div className="flex flex-wrap items-end gap-3">
        <label className="flex flex-col gap-1 text-sm font-medium">
          Keep signing with the old secret
          <select
            value={overlap}
            onChange={({ target }) => setOverlap(Number(target.value))}
            className="h-9 rounded-md border border-strong bg-surface px-2 text-base font-normal"
          >
            {OVERLAPS.map(({ seconds, words }) => (
              <option key={seconds} value={seconds}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <Button variant="danger" onClick={() => setIsAsking(true)} disabled={isPending}>
          {isPending ? 'Rotating…' : 'Rotate secret…'}
        </Button>
      </div>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title="Rotate the signing secret?"
        description={
          overlap === 0
            ? 'Calls are signed with the new secret only, from now on: an agent that checks the old one refuses them until it has the new one.'
            : 'Calls are signed with both secrets for a while. Give your agent the new one within that time.'
        }
        keep="Keep the secret"
        act="Rotate"
        isPending={isPending}
        onConfirm={run}
      />
    </Section>
  );
}
