import { type ComponentProps, useId } from 'react';
import { classNames } from './class-names.ts';

export interface TextAreaProps extends ComponentProps<'textarea'> {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}

/** A labelled field of several lines; its hint and its error are read with it. */
export function TextArea({ label, hint, error, className, ...rest }: TextAreaProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={classNames('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        className={classNames(
          'rounded-md border bg-surface px-3 py-2 text-base text-text placeholder:text-muted',
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
