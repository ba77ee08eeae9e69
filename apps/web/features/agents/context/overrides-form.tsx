'use client';

import { AGENT_FIELDS, type ContextAnswer } from '@fleetlm/protocol';
import { useState } from 'react';
import { called, type Outcome } from '@/common/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import { Choice } from '../settings/choice.tsx';
import { saveOverrides } from './actions.ts';

interface OverridesFormProps {
  readonly sessionId: string;
  readonly context: ContextAnswer;
  readonly onSaved: (outcome: Outcome<ContextAnswer>) => boolean;
}

const AS_AGENT = { '': 'as the agent' };

/** What this conversation has in place of its agent’s settings. */
export function OverridesForm({ sessionId, context, onSaved }: OverridesFormProps) {
  const { overrides } = context;
  const [mode, setMode] = useState<string>(overrides.message_history_mode ?? '');
  const [parts, setParts] = useState<string>(overrides.message_history_parts ?? '');
  const [limit, setLimit] = useState(String(overrides.message_history_limit ?? ''));
  const [budget, setBudget] = useState(String(overrides.token_budget ?? ''));
  const [isSaving, setIsSaving] = useState(false);
  const save = async () => {
    setIsSaving(true);
    onSaved(
      await called(
        saveOverrides(sessionId, {
          message_history_mode: orNull(mode),
          message_history_parts: orNull(parts),
          message_history_limit: numberOrNull(limit),
          token_budget: numberOrNull(budget),
        }),
      ),
    );
    setIsSaving(false);
  };
  return (
    <Form
      aria-label="This conversation"
      onSend={save}
      className="flex flex-col gap-3 rounded-lg border border-border bg-surface p-4"
    >
      <h2 className="text-sm font-semibold">This conversation</h2>
      <Choice
        label={AGENT_FIELDS.message_history_mode.control.label}
        options={{ ...AS_AGENT, ...AGENT_FIELDS.message_history_mode.control.options }}
        value={mode}
        onChange={({ target }) => setMode(target.value)}
      />
      <Choice
        label={AGENT_FIELDS.message_history_parts.control.label}
        options={{ ...AS_AGENT, ...AGENT_FIELDS.message_history_parts.control.options }}
        value={parts}
        onChange={({ target }) => setParts(target.value)}
      />
      <Field
        label={AGENT_FIELDS.message_history_limit.control.label}
        hint="Empty: as the agent."
        value={limit}
        onChange={({ target }) => setLimit(target.value)}
      />
      <Field
        label={AGENT_FIELDS.compaction_token_budget.control.label}
        hint="Empty: as the agent."
        value={budget}
        onChange={({ target }) => setBudget(target.value)}
      />
      <Button type="submit" variant="primary" disabled={isSaving} className="self-start">
        {isSaving ? 'Saving…' : 'Save'}
      </Button>
    </Form>
  );
}

function orNull(typed: string): string | null {
  return typed === '' ? null : typed;
}

/** What is no number is passed on as it is, so that the schema says so. */
function numberOrNull(typed: string): number | string | null {
  const text = typed.trim();
  if (text === '') return null;
  return Number.isNaN(Number(text)) ? text : Number(text);
}
