'use client';

import type { ContextAnswer } from '@fleetlm/protocol';
import { useId, useState } from 'react';
import { called, type Outcome } from '@/common/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import { putSummary } from './actions.ts';

interface SummaryFormProps {
  readonly sessionId: string;
  readonly onSaved: (outcome: Outcome<ContextAnswer>) => boolean;
}

/** A summary that the agent is sent in place of the messages up to a number. */
export function SummaryForm({ sessionId, onSaved }: SummaryFormProps) {
  const id = useId();
  const [through, setThrough] = useState('');
  const [summary, setSummary] = useState('');
  const [isSaving, setIsSaving] = useState(false);
  const save = async () => {
    setIsSaving(true);
    const body = { through_seq: Number(through), summary };
    if (onSaved(await called(putSummary(sessionId, body)))) {
      setThrough('');
      setSummary('');
    }
    setIsSaving(false);
  };
  return (
    <Form
      aria-label="Summary"
      onSend={save}
      className="flex flex-col gap-3 rounded-lg border border-border bg-surface p-4"
    >
      <h2 className="text-sm font-semibold">Summary</h2>
      <Field
        label="Up to message #"
        inputMode="numeric"
        value={through}
        onChange={({ target }) => setThrough(target.value)}
      />
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-sm font-medium">
          What the agent is sent instead
        </label>
        <textarea
          id={id}
          rows={5}
          dir="auto"
          value={summary}
          onChange={({ target }) => setSummary(target.value)}
          className="rounded-md border border-strong bg-surface px-3 py-2 text-base"
        />
      </div>
      <Button type="submit" variant="primary" disabled={isSaving} className="self-start">
        {isSaving ? 'Saving…' : 'Put in place'}
      </Button>
    </Form>
  );
}
