'use client';

import { startTransition, useState, useTransition } from 'react';
import { called } from '@/common/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { callAgent } from '../actions.ts';
import { PlaygroundTurns } from './playground-turns.tsx';
import { TestResult } from './test-result.tsx';
import { saidBefore, type TriedTurn } from './tried-turns.ts';

/** A conversation with the agent that is in no log: what is sent to it and what it says, byte for byte. */
export function AgentPlayground({ agentId }: { readonly agentId: string }) {
  const [text, setText] = useState('Hello!');
  const [origin, setOrigin] = useState('');
  const [turns, setTurns] = useState<readonly TriedTurn[]>([]);
  const [selected, setSelected] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const run = (form: FormData) => {
    const text = String(form.get('text') ?? '');
    const origin = String(form.get('origin_url') ?? '');
    start(async () => {
      const last = turns.at(-1)?.test;
      const outcome = await called(
        callAgent(agentId, {
          text,
          earlier: [...saidBefore(turns)],
          ...(last === undefined ? {} : { session_id: last.session_id }),
          ...(origin === '' ? {} : { origin_url: origin }),
        }),
      );
      // With the end of the call: while it is pending the form can't be sent, so the answer must not be shown before.
      startTransition(() => {
        setProblem(outcome.ok ? null : outcome.problem.detail);
        if (!outcome.ok) return;
        setTurns([...turns, { text, test: outcome.value }]);
        setSelected(turns.length);
        setText('');
      });
    });
  };
  const shown = turns[selected]?.test;
  return (
    <div className="grid items-start gap-6 lg:grid-cols-2">
      <section aria-label="Conversation" className="flex min-w-0 flex-col gap-4">
        {turns.length > 0 && (
          <PlaygroundTurns turns={turns} selected={selected} onSelect={setSelected} />
        )}
        <Form onSend={run} className="flex flex-col gap-3">
          <div className="flex flex-wrap items-end gap-2">
            <Field
              label="Say"
              name="text"
              value={text}
              required
              maxLength={2_000}
              autoComplete="off"
              onChange={({ target }) => setText(target.value)}
              className="min-w-56 flex-1"
            />
            <Button type="submit" variant="primary" disabled={isPending}>
              {isPending ? 'Calling…' : 'Call the agent'}
            </Button>
          </div>
          <Field
            label="At another address"
            name="origin_url"
            type="url"
            value={origin}
            placeholder="https://staging.example.org"
            hint="Empty: the registered address. Another origin gets neither the headers nor the signature."
            onChange={({ target }) => setOrigin(target.value)}
          />
          {turns.length > 0 && (
            <Button
              size="sm"
              className="self-start"
              disabled={isPending}
              onClick={() => {
                setTurns([]);
                setSelected(0);
                setProblem(null);
              }}
            >
              Start over
            </Button>
          )}
        </Form>
      </section>
      <section aria-label="The call" aria-live="polite" aria-busy={isPending} className="min-w-0">
        {problem !== null && (
          <Notice tone="critical" role="alert" className="mb-4">
            {problem}
          </Notice>
        )}
        {shown !== undefined && <TestResult test={shown} />}
        {shown === undefined && problem === null && (
          <p className="text-sm text-muted">
            Shows exactly what is sent, each chunk with its time, and what is wrong with it. Every
            message is marked as a test and nothing of it is kept. At most 30 seconds a call.
          </p>
        )}
      </section>
    </div>
  );
}
