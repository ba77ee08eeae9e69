'use client';

import { useId, useRef, useTransition } from 'react';
import { called } from '@/common/outcome.ts';
import { Button } from '@/ui/button.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import type { MadePassword } from './accounts-view.tsx';
import { addAccount } from './actions.ts';
import { RoleSelect } from './role-select.tsx';

export interface AddAccountProps {
  readonly onSettled: (problem: string | null, made?: MadePassword) => void;
}

export function AddAccount({ onSettled }: AddAccountProps) {
  const form = useRef<HTMLFormElement>(null);
  const roleId = useId();
  const [isPending, start] = useTransition();
  const add = (data: FormData) => {
    const field = (name: string): string => String(data.get(name) ?? '');
    start(async () => {
      const email = field('email');
      const outcome = await called(addAccount({ name: field('name'), email, role: field('role') }));
      if (!outcome.ok) return onSettled(outcome.problem.detail);
      onSettled(null, { email, password: outcome.value.password });
      form.current?.reset();
    });
  };
  return (
    <Form
      ref={form}
      onSend={add}
      aria-label="Add an account"
      className="flex flex-wrap items-end gap-3"
    >
      <Field
        label="Name"
        name="name"
        required
        maxLength={128}
        autoComplete="off"
        className="min-w-40 flex-1"
      />
      <Field
        label="E-mail"
        name="email"
        type="email"
        required
        maxLength={254}
        autoComplete="off"
        className="min-w-56 flex-1"
      />
      <div className="flex flex-col gap-1">
        <label htmlFor={roleId} className="text-sm font-medium">
          Role
        </label>
        <RoleSelect id={roleId} name="role" defaultValue="user" />
      </div>
      <Button type="submit" variant="primary" disabled={isPending}>
        {isPending ? 'Adding…' : 'Add account'}
      </Button>
    </Form>
  );
}
