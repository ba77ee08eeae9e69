'use client';

import type { ComponentProps } from 'react';

export interface FormProps extends Omit<ComponentProps<'form'>, 'action' | 'onSubmit'> {
  readonly onSend: (data: FormData) => unknown;
}

/**
 * A form that can be sent before the page's scripts have come: React keeps it till then and hands it to `action`. The browser
 * would send it by itself, with every field in the address, and the page would never hear of it.
 */
export function Form({ onSend, ...rest }: FormProps) {
  const send = (data: FormData): void => {
    onSend(data);
  };
  return (
    <form
      {...rest}
      action={send}
      onSubmit={(event) => {
        // React would empty the fields after its action.
        event.preventDefault();
        send(new FormData(event.currentTarget));
      }}
    />
  );
}
