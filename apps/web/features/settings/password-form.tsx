'use client';

import { useRef, useState } from 'react';
import { toast } from 'sonner';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '@/common/password-length.ts';
import { Button } from '@/ui/button.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { changePassword } from './queries.ts';

export function PasswordForm({ email }: { readonly email: string }) {
  const element = useRef<HTMLFormElement>(null);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const save = async (form: FormData): Promise<void> => {
    setIsBusy(true);
    setError(null);
    try {
      await changePassword(String(form.get('current') ?? ''), String(form.get('next') ?? ''));
      element.current?.reset();
      toast.success('The password is changed. Other devices are signed out.');
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <Form
      ref={element}
      aria-label="Password"
      className="flex max-w-sm flex-col gap-4"
      onSend={save}
    >
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <Field
        label="Current password"
        name="current"
        type="password"
        autoComplete="current-password"
        required
      />
      <Field
        label="New password"
        name="next"
        type="password"
        autoComplete="new-password"
        minLength={PASSWORD_LENGTH_MIN}
        maxLength={PASSWORD_LENGTH_MAX}
        hint={`At least ${PASSWORD_LENGTH_MIN} characters.`}
        required
      />
      {error !== null && (
        <Notice tone="critical" role="alert">
          {error}
        </Notice>
      )}
      <Button type="submit" className="self-start" disabled={isBusy}>
        {isBusy ? 'Changing…' : 'Change password'}
      </Button>
    </Form>
  );
}
