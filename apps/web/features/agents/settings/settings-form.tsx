'use client';

import {
  ADAPTER_OPTIONS,
  AGENT_ADAPTERS,
  AGENT_FIELDS,
  type AgentBody,
  type AgentFieldControl,
  isOfferedAgentField,
  type OfferedAgentField,
} from '@fleetlm/protocol';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMemo } from 'react';
import { useForm } from 'react-hook-form';
import { toast } from 'sonner';
import { called } from '@/common/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { classNames } from '@/ui/class-names.ts';
import { Field, TextArea } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { Section } from '@/ui/section.tsx';
import { saveSettings } from '../actions.ts';
import { Choice } from './choice.tsx';
import {
  changedFields,
  isLines,
  SETTINGS_BY_SECTION,
  settingsSchema,
  valuesOf,
} from './settings-values.ts';

function isAdapterOption(name: OfferedAgentField): boolean {
  return ADAPTER_OPTIONS.some((option) => option === name);
}

/** What can be changed about an agent; only what was changed is sent. */
export function SettingsForm({ agent }: { readonly agent: AgentBody }) {
  const schema = useMemo(() => settingsSchema(agent), [agent]);
  const form = useForm({ defaultValues: valuesOf(agent), resolver: zodResolver(schema) });
  const { errors, isSubmitting } = form.formState;
  const hasChanges = Object.keys(changedFields(agent, form.watch())).length > 0;
  const chosen = form.watch('adapter');
  const adapter =
    AGENT_ADAPTERS[
      AGENT_FIELDS.adapter.type.values.find((name) => name === chosen) ?? agent.adapter
    ];
  const save = form.handleSubmit(async (changes) => {
    const outcome = await called(saveSettings(agent.id, changes));
    if (outcome.ok) toast.success('Saved. It applies from the next call.');
    else {
      for (const { path, message } of outcome.problem.errors) {
        const name = path.split('.').at(-1) ?? '';
        if (isOfferedAgentField(name)) form.setError(name, { message });
      }
      form.setError('root', { message: outcome.problem.detail });
    }
  });
  const wrong = Object.keys(errors).length > 0 ? 'Some settings are invalid.' : null;
  const problem = errors.root?.message ?? wrong;
  /** What was wrong is forgotten as soon as it is changed. */
  const forget = (name: OfferedAgentField) => {
    form.clearErrors(name);
    form.clearErrors('root');
  };
  const input = (name: OfferedAgentField) => ({
    ...form.register(name, { onChange: () => forget(name) }),
    defaultValue: form.formState.defaultValues?.[name],
  });
  const control = (name: OfferedAgentField) => {
    const { label, hint, unit, options }: AgentFieldControl = AGENT_FIELDS[name].control;
    const error = errors[name]?.message;
    if (options !== undefined)
      return (
        <Choice
          key={name}
          label={label}
          options={options}
          {...input(name)}
          {...(name === 'adapter' ? { hint: adapter.hint } : {})}
        />
      );
    if (isLines(name))
      return (
        <TextArea
          key={name}
          label={label}
          hint={hint}
          error={error ?? lineErrorOf(errors[name])}
          className="sm:col-span-2"
          {...input(name)}
        />
      );
    return (
      <Field
        key={name}
        label={label}
        unit={unit}
        error={error}
        {...(hint === undefined ? {} : { hint })}
        {...input(name)}
      />
    );
  };
  return (
    <Form aria-label="Settings" onSend={() => save()} className="flex flex-col gap-4">
      {problem !== null && (
        <Notice tone="critical" role="alert">
          {problem}
        </Notice>
      )}
      {SETTINGS_BY_SECTION.map(({ section, title, text, names }) => (
        <Section key={section} id={section} title={title} text={text}>
          <div className="grid gap-4 sm:grid-cols-2">
            {names.filter((name) => adapter.usesModel || !isAdapterOption(name)).map(control)}
          </div>
        </Section>
      ))}
      <div
        className={classNames(
          'flex items-center gap-3 rounded-lg border border-border bg-surface p-3',
          hasChanges && 'sticky bottom-3 z-10 shadow-float',
        )}
      >
        <Button type="submit" variant="primary" disabled={isSubmitting || !hasChanges}>
          {isSubmitting ? 'Saving…' : 'Save'}
        </Button>
        {hasChanges ? (
          <>
            <Button variant="ghost" onClick={() => form.reset(valuesOf(agent))}>
              Discard changes
            </Button>
            <p className="ml-auto text-sm text-muted">Not saved yet</p>
          </>
        ) : (
          <p className="text-sm text-muted">Changes apply from the next call.</p>
        )}
      </div>
    </Form>
  );
}

/** The first line that is not right, of a field of several lines. */
function lineErrorOf(errors: unknown): string | undefined {
  if (!Array.isArray(errors)) return undefined;
  const at = errors.findIndex((error) => error !== undefined && error !== null);
  const message: unknown = errors[at]?.message;
  return typeof message === 'string' ? `Line ${at + 1} ${message}` : undefined;
}
