import clsx from 'clsx';
import { Slot } from 'radix-ui';
import type { ComponentProps } from 'react';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger';

const VARIANTS: Readonly<Record<ButtonVariant, string>> = {
  primary: 'bg-accent text-on-accent hover:brightness-110 border border-transparent',
  secondary: 'bg-surface text-text border border-border hover:bg-raised',
  ghost: 'text-muted hover:bg-raised hover:text-text border border-transparent',
  danger: 'bg-surface text-critical border border-border hover:bg-raised',
};

const SIZES = {
  md: 'h-9 px-3.5 text-base gap-2',
  sm: 'h-7 px-2.5 text-sm gap-1.5',
  icon: 'size-9 justify-center',
  'icon-sm': 'size-7 justify-center',
} as const;

export interface ButtonProps extends ComponentProps<'button'> {
  readonly variant?: ButtonVariant;
  readonly size?: keyof typeof SIZES;
  /** Draws its child (a link) as a button. */
  readonly asChild?: boolean;
}

export function Button({
  variant = 'secondary',
  size = 'md',
  asChild = false,
  className,
  ...rest
}: ButtonProps) {
  const Component = asChild ? Slot.Root : 'button';
  return (
    <Component
      type={asChild ? undefined : 'button'}
      className={clsx(
        'inline-flex items-center justify-center rounded-md font-medium whitespace-nowrap select-none',
        'transition-[background-color,filter] duration-120 disabled:opacity-50 disabled:cursor-not-allowed',
        VARIANTS[variant],
        SIZES[size],
        className,
      )}
      {...rest}
    />
  );
}
