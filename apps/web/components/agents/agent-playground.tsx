'use client';

import type { AgentTestBody } from '@fleetlm/protocol';
import { type FormEvent, useState, useTransition } from 'react';
import { callOnce } from '@/app/(app)/agents/[agent]/actions.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { TestResult } from './test-result.tsx';

/** One call of the agent with a message that is marked as a test: nothing of it is kept. */
export function TestCall({ agentId }: { readonly agentId: string }) {
  const [text, setText] = useState('Hello!');
  const [test, setTest] = useState<AgentTestBody | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const run = (event: FormEvent) => {
    event.preventDefault();
    start(async () => {
      const outcome = await callOnce(agentId, text);
      setTest(outcome.ok ? outcome.value : null);
      setProblem(outcome.ok ? null : outcome.problem.detail);
    });
  };
  return (
    <div className="flex flex-col gap-5">
      <form onSubmit={run} className="flex flex-wrap items-end gap-2">
        <Field
          label="Say"
          name="text"
          value={text}
          required
          maxLength={2_000}
          onChange={({ target }) => setText(target.value)}
          className="min-w-56 flex-1"
        />
        <Button type="submit" variant="primary" disabled={isPending}>
          {isPending ? 'Calling…' : 'Call the agent'}
        </Button>
      </form>
      <div aria-live="polite" aria-busy={isPending}>
        {problem !== null && (
          <Notice tone="critical" role="alert">
            {problem}
          </Notice>
        )}
        {test === null
          ? problem === null && (
              <p className="text-sm text-muted">
                Shows exactly what is sent, each chunk with its time, and what is wrong with it. At
                most 30 seconds.
              </p>
            )
          : !isPending && <TestResult test={test} />}
      </div>
    </div>
  );
}
