'use client';

import { Plus } from 'lucide-react';
import { useActionState, useState } from 'react';
import { type RegisterState, register } from '@/app/(app)/agents/actions.ts';
import type { Problem } from '@/lib/cluster-api.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

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

const START: RegisterState = { status: 'editing', problem: null, values: {} };

function RegisterForm({ onDone }: { readonly onDone: () => void }) {
  const [state, action, isPending] = useActionState(register, START);
  if (state.status === 'registered')
    return <Secret name={state.name} secret={state.secret} onDone={onDone} />;
  const { problem, values } = state;
  const unplaced = problem !== null && problem.errors.length === 0 ? problem.detail : null;
  return (
    <form action={action} className="flex flex-col gap-4">
      {unplaced !== null && (
        <Notice tone="critical" role="alert">
          {unplaced}
        </Notice>
      )}
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
      <Button type="submit" variant="primary" disabled={isPending}>
        {isPending ? 'Registering…' : 'Register'}
      </Button>
    </form>
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
