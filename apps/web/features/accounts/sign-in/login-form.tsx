'use client';

import { useActionState } from 'react';
import { Button } from '@/ui/button.tsx';
import { Field } from '@/ui/field.tsx';
import { Notice } from '@/ui/notice.tsx';
import { type SignInState, signIn } from './actions.ts';

const START: SignInState = { error: null, email: '' };

export function LoginForm() {
  const [state, action, isPending] = useActionState(signIn, START);
  return (
    <form action={action} className="flex flex-col gap-4">
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        defaultValue={state.email}
        required
        autoFocus
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
      />
      {state.error !== null && (
        <Notice tone="critical" role="alert">
          {state.error}
        </Notice>
      )}
      <Button type="submit" variant="primary" disabled={isPending}>
        {isPending ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  );
}
