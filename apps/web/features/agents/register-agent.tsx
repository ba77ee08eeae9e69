'use client';

import {
  AGENT_DEFAULTS,
  AGENT_ID_LENGTH_MAX,
  AGENT_NAME_LENGTH_MAX,
  type AgentTestBody,
} from '@fleetlm/protocol';
import { zodResolver } from '@hookform/resolvers/zod';
import clsx from 'clsx';
import { Plus } from 'lucide-react';
import { useRef, useState, useTransition } from 'react';
import { useForm } from 'react-hook-form';
import { Button } from '@/ui/button.tsx';
import { CopyButton } from '@/ui/copy-button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { register, tryAddress } from './actions.ts';
import { type Registration, registrationSchema, typedAddressSchema } from './new-agent.ts';
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
        description="Where its webhook is, and what people call it."
      >
        <RegisterForm onDone={() => setIsOpen(false)} />
      </Dialog>
    </>
  );
}

/** The only time that the secret is shown. */
interface Registered {
  readonly name: string;
  readonly secret: string;
}

const NAMES = ['id', 'name', 'origin_url', 'webhook_path'] as const;
const EMPTY: Registration = {
  id: '',
  name: '',
  origin_url: '',
  webhook_path: AGENT_DEFAULTS.webhook_path,
};
const STEPS = ['Address', 'Test call', 'Secret'] as const;

function RegisterForm({ onDone }: { readonly onDone: () => void }) {
  const form = useForm({ defaultValues: EMPTY, resolver: zodResolver(registrationSchema) });
  const { errors, isSubmitting } = form.formState;
  const [registered, setRegistered] = useState<Registered | null>(null);
  const [test, setTest] = useState<TestState>({ status: 'none' });
  const [isTesting, startTest] = useTransition();
  const element = useRef<HTMLFormElement>(null);
  if (registered !== null)
    return (
      <>
        <Steps current={2} />
        <Secret {...registered} onDone={onDone} />
      </>
    );
  const submit = form.handleSubmit(async (agent) => {
    const outcome = await register(agent);
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
    await form.trigger(['origin_url', 'webhook_path']);
    const address = typedAddressSchema.safeParse(form.getValues());
    if (!address.success) return;
    startTest(async () => {
      const outcome = await tryAddress(address.data);
      setTest(
        outcome.ok
          ? { status: 'done', test: outcome.value }
          : { status: 'refused', detail: outcome.problem.detail },
      );
    });
  };
  const field = (name: keyof Registration) => ({
    ...form.register(name),
    error: errors[name]?.message,
  });
  return (
    <Form ref={element} onSend={() => submit()} className="flex flex-col gap-4">
      <Steps current={test.status === 'none' ? 0 : 1} />
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
      <Field label="Webhook path" placeholder="/webhook" {...field('webhook_path')} />
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

function Secret({
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
        {name} is registered. This is its signing secret: copy it now, it is not shown again.
      </Notice>
      <div className="flex items-center gap-2 rounded-md border border-strong bg-raised py-1 pl-3 pr-1">
        <code className="min-w-0 flex-1 break-all text-sm">{secret}</code>
        <CopyButton text={secret} label="Copy secret" />
      </div>
      <Button variant="primary" onClick={onDone}>
        Done
      </Button>
    </div>
  );
}
