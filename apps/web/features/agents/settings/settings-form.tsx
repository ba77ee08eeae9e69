'use client';

import type { AgentBody } from '@fleetlm/protocol';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMemo } from 'react';
import { useForm } from 'react-hook-form';
import { toast } from 'sonner';
import { Button } from '@/ui/button.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { saveSettings } from '../actions.ts';
import { Choice } from './choice.tsx';
import {
  changedFields,
  type FormValues,
  isSetting,
  settingsSchema,
  valuesOf,
} from './settings-values.ts';

/** What can be changed about an agent; only what was changed is sent. */
export function SettingsForm({ agent }: { readonly agent: AgentBody }) {
  const schema = useMemo(() => settingsSchema(agent), [agent]);
  const form = useForm({ defaultValues: valuesOf(agent), resolver: zodResolver(schema) });
  const { errors, isSubmitting } = form.formState;
  const hasChanges = Object.keys(changedFields(agent, form.watch())).length > 0;
  const save = form.handleSubmit(async (changes) => {
    const outcome = await saveSettings(agent.id, changes);
    if (outcome.ok) toast.success('Saved. The next call is made like this.');
    else {
      for (const { path, message } of outcome.problem.errors) {
        const name = path.split('.').at(-1);
        if (isSetting(name, form.getValues())) form.setError(name, { message });
      }
      form.setError('root', { message: outcome.problem.detail });
    }
  });
  const wrong = Object.keys(errors).length > 0 ? 'Some settings are not right.' : null;
  const problem = errors.root?.message ?? wrong;
  const input = (name: keyof FormValues) => ({
    ...form.register(name),
    defaultValue: form.formState.defaultValues?.[name],
  });
  const field = (name: keyof FormValues, label: string, hint?: string) => (
    <Field
      label={label}
      error={errors[name]?.message}
      {...input(name)}
      {...(hint === undefined ? {} : { hint })}
    />
  );
  return (
    <Form
      aria-label="Settings"
      onSend={() => save()}
      className="flex flex-col gap-5 rounded-lg border border-border bg-surface p-4"
    >
      {problem !== null && (
        <Notice tone="critical" role="alert">
          {problem}
        </Notice>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        {field('name', 'Name')}
        {field('origin_url', 'Origin URL')}
        {field('webhook_path', 'Webhook path')}
        <Choice
          label="What it is sent"
          {...input('message_history_mode')}
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
          {...input('while_answering')}
          options={{
            queue: 'waits its turn',
            interrupt: 'ends the answer',
            reject: 'is refused',
            merge: 'joins the turn, when nothing was said yet',
          }}
        />
        <Choice
          label="When a node is lost"
          {...input('after_node_loss')}
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
        <Button type="submit" variant="primary" disabled={isSubmitting || !hasChanges}>
          {isSubmitting ? 'Saving…' : 'Save'}
        </Button>
        {hasChanges && (
          <Button variant="ghost" onClick={() => form.reset(valuesOf(agent))}>
            Discard changes
          </Button>
        )}
      </div>
    </Form>
  );
}
