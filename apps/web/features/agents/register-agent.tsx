'use client';

import type { AgentTestBody } from '@fleetlm/protocol';
import clsx from 'clsx';
import { Plus } from 'lucide-react';
import { useActionState, useRef, useState, useTransition } from 'react';
import type { Problem } from '@/shared/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { CopyButton } from '@/ui/copy-button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Field } from '@/ui/field.tsx';
import { Notice } from '@/ui/notice.tsx';
import { register, tryAddress } from './actions.ts';
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

type RegisterState =
  | {
      readonly status: 'editing';
      readonly problem: Problem | null;
      readonly values: Readonly<Record<string, string>>;
    }
  /** The only time that the secret is shown. */
  | { readonly status: 'registered'; readonly name: string; readonly secret: string };

const START: RegisterState = { status: 'editing', problem: null, values: {} };
const STEPS = ['Address', 'Test call', 'Secret'] as const;

function RegisterForm({ onDone }: { readonly onDone: () => void }) {
  const [state, action, isPending] = useActionState(registerForm, START);
  const [test, setTest] = useState<TestState>({ status: 'none' });
  const [isTesting, startTest] = useTransition();
  const form = useRef<HTMLFormElement>(null);
  if (state.status === 'registered')
    return (
      <>
        <Steps current={2} />
        <Secret name={state.name} secret={state.secret} onDone={onDone} />
      </>
    );
  const { problem, values } = state;
  const unplaced = problem !== null && problem.errors.length === 0 ? problem.detail : null;
  const tryIt = () => {
    if (form.current?.reportValidity() !== true) return;
    const data = new FormData(form.current);
    const field = (name: string): string => String(data.get(name) ?? '').trim();
    startTest(async () => {
      const outcome = await tryAddress({
        origin_url: field('origin_url'),
        webhook_path: field('webhook_path') || '/webhook',
      });
      setTest(
        outcome.ok
          ? { status: 'done', test: outcome.value }
          : { status: 'refused', detail: outcome.problem.detail },
      );
    });
  };
  return (
    <form ref={form} action={action} className="flex flex-col gap-4">
      <Steps current={test.status === 'none' ? 0 : 1} />
      {unplaced !== null && (
        <Notice tone="critical" role="alert">
          {unplaced}
        </Notice>
      )}
      <AddressFields problem={problem} values={values} />
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
          onClick={tryIt}
          disabled={isTesting}
        >
          {isTesting ? 'Calling…' : test.status === 'none' ? 'Test call' : 'Test again'}
        </Button>
        <Button
          type="submit"
          variant={test.status === 'none' ? 'secondary' : 'primary'}
          disabled={isPending}
        >
          {isPending ? 'Registering…' : 'Register'}
        </Button>
      </div>
    </form>
  );
}

async function registerForm(_: RegisterState, form: FormData): Promise<RegisterState> {
  const field = (name: string): string => String(form.get(name) ?? '').trim();
  const values = {
    id: field('id'),
    name: field('name'),
    origin_url: field('origin_url'),
    webhook_path: field('webhook_path'),
  };
  const outcome = await register({ ...values, webhook_path: values.webhook_path || '/webhook' });
  if (!outcome.ok) return { status: 'editing', problem: outcome.problem, values };
  return { status: 'registered', ...outcome.value };
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

interface AddressFieldsProps {
  readonly problem: Problem | null;
  readonly values: Readonly<Record<string, string>>;
}

function AddressFields({ problem, values }: AddressFieldsProps) {
  return (
    <>
      <Field
        label="Id"
        name="id"
        required
        maxLength={64}
        placeholder="support-bot"
        hint="Lower case, never changes."
        defaultValue={values.id}
        error={errorOf(problem, 'id')}
      />
      <Field
        label="Name"
        name="name"
        required
        maxLength={128}
        placeholder="Ava"
        defaultValue={values.name}
        error={errorOf(problem, 'name')}
      />
      <Field
        label="Origin URL"
        name="origin_url"
        type="url"
        required
        placeholder="https://agents.example.com"
        defaultValue={values.origin_url}
        error={errorOf(problem, 'origin_url')}
      />
      <Field
        label="Webhook path"
        name="webhook_path"
        placeholder="/webhook"
        defaultValue={values.webhook_path ?? '/webhook'}
        error={errorOf(problem, 'webhook_path')}
      />
    </>
  );
}

function errorOf(problem: Problem | null, field: string): string | undefined {
  return problem?.errors.find((error) => error.path === field || error.path.endsWith(`.${field}`))
    ?.message;
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
