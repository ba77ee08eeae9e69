'use client';

import { parseAsString, useQueryState } from 'nuqs';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';

/** Which conversation is looked at. */
export function FindConversation() {
  const [session, setSession] = useQueryState(
    'session',
    parseAsString.withOptions({ shallow: false }),
  );
  const [typed, setTyped] = useState(session ?? '');
  return (
    <Form
      aria-label="Conversation"
      onSend={async () => {
        await setSession(typed.trim() === '' ? null : typed.trim());
      }}
      className="flex items-end gap-2"
    >
      <Field
        label="Conversation"
        hint="Its id, as in the deliveries."
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        className="min-w-0 flex-1"
      />
      <Button type="submit" className="mb-5">
        Show
      </Button>
    </Form>
  );
}
