import { type ComponentProps, useId } from 'react';
import { classNames } from './class-names.ts';

export interface FieldProps extends ComponentProps<'input'> {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  /** Stands within the field, behind what is typed. */
  readonly unit?: string | undefined;
}

/** A labelled input; its hint and its error are read with it. */
export function Field({ label, hint, error, unit, className, ...rest }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  const described = [
    ...(unit === undefined ? [] : [`${id}-unit`]),
    ...(note === undefined ? [] : [`${id}-note`]),
  ];
  return (
    <div className={classNames('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <div
        className={classNames(
          'flex h-9 items-center overflow-hidden rounded-md border bg-surface',
          'focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus',
          error === undefined ? 'border-strong' : 'border-critical',
        )}
      >
        <input
          id={id}
          aria-invalid={error === undefined ? undefined : true}
          aria-describedby={described.length === 0 ? undefined : described.join(' ')}
          className="h-full min-w-0 flex-1 bg-transparent px-3 text-base text-text outline-none placeholder:text-muted"
          {...rest}
        />
        {unit !== undefined && (
          <span id={`${id}-unit`} className="shrink-0 pr-3 text-sm text-muted">
            {unit}
          </span>
        )}
      </div>
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
