'use client';

import type { AgentBody, UpdateAgent } from '@fleetlm/protocol';
import { useState, useTransition } from 'react';
import { toast } from 'sonner';
import type { Problem } from '@/shared/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { Field } from '@/ui/field.tsx';
import { Notice } from '@/ui/notice.tsx';
import { saveSettings } from '../actions.ts';
import { Choice } from './choice.tsx';
import { changedFields, type FormValues, valuesOf } from './settings-values.ts';

/** What can be changed about an agent; only what was changed is sent. */
export function SettingsForm({ agent }: { readonly agent: AgentBody }) {
  const [values, setValues] = useState<FormValues>(() => valuesOf(agent));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isPending, start] = useTransition();
  const set = (name: keyof FormValues) => (value: string) =>
    setValues((before) => ({ ...before, [name]: value }));
  const changes: UpdateAgent['agent'] = changedFields(agent, values);
  const hasChanges = Object.keys(changes).length > 0;
  const save = () =>
    start(async () => {
      const outcome = await saveSettings(agent.id, changes);
      setProblem(outcome.ok ? null : outcome.problem);
      if (outcome.ok) toast.success('Saved. The next call is made like this.');
    });
  const field = (name: keyof FormValues, label: string, hint?: string) => (
    <Field
      label={label}
      name={name}
      value={values[name]}
      onChange={({ target }) => set(name)(target.value)}
      error={problem?.errors.find(({ path }) => path.endsWith(name))?.message}
      {...(hint === undefined ? {} : { hint })}
    />
  );
  return (
    <form
      aria-label="Settings"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      className="flex flex-col gap-5 rounded-lg border border-border bg-surface p-4"
    >
      {problem !== null && (
        <Notice tone="critical" role="alert">
          {problem.detail}
        </Notice>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        {field('name', 'Name')}
        {field('origin_url', 'Origin URL')}
        {field('webhook_path', 'Webhook path')}
        <Choice
          label="What it is sent"
          name="message_history_mode"
          value={values.message_history_mode}
          onChange={set('message_history_mode')}
          options={{
            tail: 'the newest messages',
            last: 'only the newest message',
            entire: 'the whole conversation',
          }}
        />
        {field('message_history_limit', 'How many messages', 'of the newest ones')}
        {field('debounce_window_ms', 'Debounce, ms', 'Messages within this time are one turn.')}
        <Choice
          label="A message while it answers"
          name="while_answering"
          value={values.while_answering}
          onChange={set('while_answering')}
          options={{
            queue: 'waits its turn',
            interrupt: 'ends the answer',
            reject: 'is refused',
            merge: 'joins the turn, when nothing was said yet',
          }}
        />
        <Choice
          label="When a node is lost"
          name="after_node_loss"
          value={values.after_node_loss}
          onChange={set('after_node_loss')}
          options={{ retry: 'it is called again', seal: 'what was said stands' }}
        />
        {field('timeout_ms', 'First byte within, ms')}
        {field('connect_timeout_ms', 'Connected within, ms')}
        {field('idle_timeout_ms', 'Silence at most, ms', 'Empty: as the first byte.')}
        {field('total_timeout_ms', 'Whole answer within, ms', 'Empty: ten times the first byte.')}
        {field('compaction_webhook_url', 'Compaction webhook', 'Empty: never summarised.')}
        {field('compaction_token_budget', 'Token budget', 'Empty: never summarised.')}
        {field('compaction_trigger_ratio', 'Summarise from this share of it')}
      </div>
      <div className="flex items-center gap-3">
        <Button type="submit" variant="primary" disabled={isPending || !hasChanges}>
          {isPending ? 'Saving…' : 'Save'}
        </Button>
        {hasChanges && (
          <Button variant="ghost" onClick={() => setValues(valuesOf(agent))}>
            Discard changes
          </Button>
        )}
      </div>
    </form>
  );
}
