'use client';

import { type ComponentProps, useId } from 'react';

interface ChoiceProps extends ComponentProps<'select'> {
  readonly label: string;
  /** What each value means. */
  readonly options: Readonly<Record<string, string>>;
  /** What the chosen one means. */
  readonly hint?: string;
}

/** One of a few. */
export function Choice({ label, options, hint, ...rest }: ChoiceProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <select
        id={id}
        {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
        className="h-9 rounded-md border border-strong bg-surface px-2 text-base"
        {...rest}
      >
        {Object.entries(options).map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
