'use client';

import {
  AGENT_ADAPTERS,
  AGENT_DEFAULTS,
  AGENT_FIELDS,
  AGENT_ID_LENGTH_MAX,
  AGENT_MODEL_LENGTH_MAX,
  AGENT_NAME_LENGTH_MAX,
  type AgentTestBody,
} from '@fleetlm/protocol';
import { zodResolver } from '@hookform/resolvers/zod';
import clsx from 'clsx';
import { Plus } from 'lucide-react';
import { useRef, useState, useTransition } from 'react';
import { useForm } from 'react-hook-form';
import { called } from '@/common/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { CopyButton } from '@/ui/copy-button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { register, tryAddress } from './actions.ts';
import {
  newWebhookSecret,
  type Registration,
  registrationSchema,
  typedAddressSchema,
  usualPath,
} from './new-agent.ts';
import { Choice } from './settings/choice.tsx';
import { TestResult } from './test-calls/test-result.tsx';

export function RegisterAgent() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setIsOpen(true)}>
        <Plus size={16} aria-hidden /> Register agent
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setIsOpen}
        title="Register an agent"
        description="Where its webhook is, and what users call it."
      >
        <RegisterForm onDone={() => setIsOpen(false)} />
      </Dialog>
    </>
  );
}

/** The last time that the secret is shown. */
interface RegisteredAgent {
  readonly name: string;
  readonly secret: string;
}

const NAMES = ['id', 'name', 'origin_url', 'webhook_path', 'adapter', 'model', 'api_key'] as const;
type RegistrationField = (typeof NAMES)[number];

function emptyRegistration(): Registration {
  return {
    id: '',
    name: '',
    origin_url: '',
    webhook_path: AGENT_DEFAULTS.webhook_path,
    adapter: AGENT_DEFAULTS.adapter,
    model: '',
    api_key: '',
    secret: newWebhookSecret(),
  };
}
const STEPS = ['Address', 'Secret', 'Test call'] as const;

function RegisterForm({ onDone }: { readonly onDone: () => void }) {
  const [defaultValues] = useState(emptyRegistration);
  const form = useForm({ defaultValues, resolver: zodResolver(registrationSchema) });
  const { errors, isSubmitting } = form.formState;
  const [registered, setRegistered] = useState<RegisteredAgent | null>(null);
  const [test, setTest] = useState<TestState>({ status: 'none' });
  const [isTesting, startTest] = useTransition();
  const element = useRef<HTMLFormElement>(null);
  if (registered !== null) return <Registered {...registered} onDone={onDone} />;
  const submit = form.handleSubmit(async (agent) => {
    const outcome = await called(register(agent));
    if (outcome.ok) return setRegistered(outcome.value);
    for (const { path, message } of outcome.problem.errors) {
      const name = NAMES.find((known) => known === path.split('.').at(-1));
      if (name !== undefined) form.setError(name, { message });
    }
    if (outcome.problem.errors.length === 0)
      form.setError('root', { message: outcome.problem.detail });
  });
  const tryIt = async () => {
    if (element.current?.reportValidity() !== true) return;
    await form.trigger(['origin_url', 'webhook_path', 'model', 'api_key']);
    const address = typedAddressSchema.safeParse(form.getValues());
    if (!address.success) return;
    startTest(async () => {
      const outcome = await called(tryAddress(address.data));
      setTest(
        outcome.ok
          ? { status: 'done', test: outcome.value }
          : { status: 'refused', detail: outcome.problem.detail },
      );
    });
  };
  /** What was wrong is forgotten as soon as it is changed. */
  const forget = (name: RegistrationField) => {
    form.clearErrors(name);
    form.clearErrors('root');
  };
  const adapter = form.watch('adapter');
  /** A path that was not typed is that of the adapter. */
  const changeAdapter = () => {
    forget('adapter');
    const { webhook_path: path, adapter: chosen } = form.getValues();
    if (AGENT_FIELDS.adapter.type.values.some((value) => path === usualPath(value)))
      form.setValue('webhook_path', usualPath(chosen));
  };
  const field = (name: RegistrationField) => ({
    ...form.register(name, { onChange: () => forget(name) }),
    error: errors[name]?.message,
  });
  return (
    <Form ref={element} onSend={() => submit()} className="flex flex-col gap-4">
      <Steps current={test.status !== 'none' ? 2 : form.formState.isDirty ? 1 : 0} />
      {errors.root?.message !== undefined && (
        <Notice tone="critical" role="alert">
          {errors.root.message}
        </Notice>
      )}
      <Field
        label="Id"
        required
        maxLength={AGENT_ID_LENGTH_MAX}
        placeholder="support-bot"
        hint="Lower case, never changes."
        {...field('id')}
      />
      <Field
        label="Name"
        required
        maxLength={AGENT_NAME_LENGTH_MAX}
        placeholder="Ava"
        {...field('name')}
      />
      <Field
        label="Origin URL"
        type="url"
        required
        placeholder="https://agents.example.com"
        {...field('origin_url')}
      />
      <Choice
        label={AGENT_FIELDS.adapter.control.label}
        options={AGENT_FIELDS.adapter.control.options}
        hint={AGENT_ADAPTERS[adapter].hint}
        {...form.register('adapter', { onChange: () => changeAdapter() })}
      />
      <Field label="Webhook path" placeholder={usualPath(adapter)} {...field('webhook_path')} />
      {AGENT_ADAPTERS[adapter].usesModel && (
        <Field
          label={AGENT_FIELDS.model.control.label}
          required
          maxLength={AGENT_MODEL_LENGTH_MAX}
          hint={AGENT_FIELDS.model.control.hint}
          {...field('model')}
        />
      )}
      {AGENT_ADAPTERS[adapter].usesModel && (
        <Field
          label={AGENT_FIELDS.api_key.control.label}
          type="password"
          autoComplete="off"
          hint={AGENT_FIELDS.api_key.control.hint}
          {...field('api_key')}
        />
      )}
      <div className="flex flex-col gap-1">
        <p className="text-sm font-medium">Signing secret</p>
        <SecretText secret={defaultValues.secret} />
        <p className="text-xs text-muted">
          Give it to your agent before the test call: calls are signed with it. After registering it
          is not shown again.
        </p>
      </div>
      <div aria-live="polite" aria-busy={isTesting}>
        {test.status === 'done' && !isTesting && <TestResult test={test.test} isBrief />}
        {test.status === 'refused' && (
          <Notice tone="critical" role="alert">
            {test.detail}
          </Notice>
        )}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button
          variant={test.status === 'none' ? 'primary' : 'secondary'}
          onClick={() => void tryIt()}
          disabled={isTesting}
        >
          {isTesting ? 'Calling…' : test.status === 'none' ? 'Test call' : 'Test again'}
        </Button>
        <Button
          type="submit"
          variant={test.status === 'none' ? 'secondary' : 'primary'}
          disabled={isSubmitting}
        >
          {isSubmitting ? 'Registering…' : 'Register'}
        </Button>
      </div>
    </Form>
  );
}

type TestState =
  | { readonly status: 'none' }
  | { readonly status: 'done'; readonly test: AgentTestBody }
  | { readonly status: 'refused'; readonly detail: string };

/** Where one is on the way to an agent. */
function Steps({ current }: { readonly current: number }) {
  return (
    <ol aria-label="Steps" className="flex gap-4 text-xs text-muted">
      {STEPS.map((step, index) => (
        <li
          key={step}
          aria-current={index === current ? 'step' : undefined}
          className={clsx(index === current && 'font-medium text-text')}
        >
          {index + 1}. {step}
        </li>
      ))}
    </ol>
  );
}

function SecretText({ secret }: { readonly secret: string }) {
  return (
    <div className="flex items-center gap-2 rounded-md border border-strong bg-raised py-1 pl-3 pr-1">
      <code className="min-w-0 flex-1 break-all text-sm">{secret}</code>
      <CopyButton text={secret} label="Copy secret" />
    </div>
  );
}

function Registered({
  name,
  secret,
  onDone,
}: {
  readonly name: string;
  readonly secret: string;
  readonly onDone: () => void;
}) {
  return (
    <div className="flex flex-col gap-4">
      <Notice tone="ok" role="status">
        {name} is registered. Its signing secret is not shown again: copy it now if you have not.
      </Notice>
      <SecretText secret={secret} />
      <Button variant="primary" onClick={onDone}>
        Done
      </Button>
    </div>
  );
}
