'use client';

import { Store } from '@fleetlm/client';
import { useConnection, useFleetClient, useStore } from '@fleetlm/client/react';
import { useEffect, useState } from 'react';
import type { Person } from '@/common/person.ts';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { signInHere } from './queries.ts';

/** Closed by hand: the saved messages can be read without a sign-in. */
const isDismissed = new Store(false);

export function openSignIn(): void {
  isDismissed.set(false);
}

/**
 * When the sign-in has ended (it expired, or this device was signed out from another one): signs in without leaving the
 * page. Drafts and unsent messages stay, and go out in their order afterwards.
 */
export function SignInAgain({ person }: { readonly person: Person }) {
  const { status } = useConnection();
  const isClosed = useStore(isDismissed);
  // Until it is online again: a try in between must not take away what is being typed.
  const [isSignedOut, setIsSignedOut] = useState(false);
  useEffect(() => {
    if (status === 'signed_out') setIsSignedOut(true);
    if (status !== 'online') return;
    setIsSignedOut(false);
    isDismissed.set(false);
  }, [status]);
  return (
    <Dialog
      open={isSignedOut && !isClosed}
      onOpenChange={(isOpen) => isDismissed.set(!isOpen)}
      title="Sign in again"
      description="Your sign-in has ended. What you wrote is kept on this device and will be sent afterwards."
    >
      <SignInForm person={person} />
    </Dialog>
  );
}

function SignInForm({ person }: { readonly person: Person }) {
  const client = useFleetClient();
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const signIn = async (form: FormData): Promise<void> => {
    const email = String(form.get('email') ?? '').trim();
    setIsBusy(true);
    try {
      const userId = await signInHere(email, String(form.get('password') ?? ''));
      // Another user: nothing on this page is theirs, and what is unsent waits for its writer.
      if (userId !== person.id) window.location.assign('/inbox');
      else client.wake();
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
      setIsBusy(false);
    }
  };
  return (
    <Form className="flex flex-col gap-4" onSend={signIn}>
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        defaultValue={person.email}
        required
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        autoFocus
      />
      {error !== null && (
        <Notice tone="critical" role="alert">
          {error}
        </Notice>
      )}
      <Button type="submit" variant="primary" disabled={isBusy}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </Button>
    </Form>
  );
}
