import { cva, type VariantProps } from 'class-variance-authority';
import { Slot } from 'radix-ui';
import { type ComponentProps, type MouseEvent, useId } from 'react';
import { classNames } from './class-names.ts';

const look = cva(
  [
    'inline-flex items-center justify-center rounded-md font-medium whitespace-nowrap select-none',
    'transition-[background-color,filter,transform] duration-120 active:scale-[0.98]',
    'aria-disabled:opacity-50 aria-disabled:cursor-not-allowed',
  ],
  {
    variants: {
      variant: {
        primary:
          'bg-accent text-on-accent hover:brightness-110 border border-transparent shadow-card',
        secondary: 'bg-surface text-text border border-border shadow-card hover:bg-raised',
        ghost: 'text-muted hover:bg-raised hover:text-text border border-transparent',
        danger: 'bg-surface text-critical border border-border hover:bg-raised',
      },
      size: {
        // What is touched is at least 44 px high.
        md: 'h-9 px-3.5 text-base gap-2 pointer-coarse:min-h-11',
        sm: 'h-7 px-2.5 text-sm gap-1.5 pointer-coarse:min-h-11',
        icon: 'size-9 justify-center pointer-coarse:size-11',
        'icon-sm': 'size-7 justify-center pointer-coarse:size-11',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
);

export interface ButtonProps
  extends Omit<ComponentProps<'button'>, 'aria-disabled'>,
    VariantProps<typeof look> {
  /** Draws its child (a link) as a button. */
  readonly asChild?: boolean;
  /** Why it is disabled: shown with it, and read out after its name. */
  readonly reason?: string | undefined;
}

/**
 * A disabled button keeps its place in the tab order and the focus: a button that becomes unable while it has the focus would send
 * it to the top of the page otherwise.
 */
export function Button({
  variant,
  size,
  asChild = false,
  className,
  disabled = false,
  reason,
  onClick,
  ...rest
}: ButtonProps) {
  const id = useId();
  const looks = classNames(look({ variant, size }), className);
  if (asChild) return <Slot.Root className={looks} onClick={onClick} {...rest} />;
  const why = disabled ? reason : undefined;
  return (
    <>
      <button
        type="button"
        className={looks}
        {...rest}
        {...(why === undefined ? {} : { title: why, 'aria-describedby': id })}
        aria-disabled={disabled || undefined}
        // Enter in a field of a form is a click on the button that submits it, too.
        onClick={disabled ? prevent : onClick}
      />
      {why !== undefined && (
        <span id={id} hidden>
          {why}
        </span>
      )}
    </>
  );
}

function prevent(event: MouseEvent): void {
  event.preventDefault();
  event.stopPropagation();
}
