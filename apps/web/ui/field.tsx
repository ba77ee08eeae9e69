import { type ComponentProps, useId } from 'react';
import { classNames } from './class-names.ts';

export interface FieldProps extends ComponentProps<'input'> {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
}

/** A labelled input; its hint and its error are read with it. */
export function Field({ label, hint, error, className, ...rest }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={classNames('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        className={classNames(
          'h-9 rounded-md border bg-surface px-3 text-base text-text placeholder:text-muted',
          error === undefined ? 'border-strong' : 'border-critical',
        )}
        {...rest}
      />
      {note !== undefined && (
        <p
          id={`${id}-note`}
          className={classNames('text-xs', error === undefined ? 'text-muted' : 'text-critical')}
        >
          {note}
        </p>
      )}
    </div>
  );
}
