import { cva, type VariantProps } from 'class-variance-authority';
import { Slot } from 'radix-ui';
import type { ComponentProps } from 'react';
import { classNames } from './class-names.ts';

const look = cva(
  [
    'inline-flex items-center justify-center rounded-md font-medium whitespace-nowrap select-none',
    'transition-[background-color,filter] duration-120 disabled:opacity-50 disabled:cursor-not-allowed',
  ],
  {
    variants: {
      variant: {
        primary: 'bg-accent text-on-accent hover:brightness-110 border border-transparent',
        secondary: 'bg-surface text-text border border-border hover:bg-raised',
        ghost: 'text-muted hover:bg-raised hover:text-text border border-transparent',
        danger: 'bg-surface text-critical border border-border hover:bg-raised',
      },
      size: {
        md: 'h-9 px-3.5 text-base gap-2',
        sm: 'h-7 px-2.5 text-sm gap-1.5',
        icon: 'size-9 justify-center',
        'icon-sm': 'size-7 justify-center',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
);

export interface ButtonProps extends ComponentProps<'button'>, VariantProps<typeof look> {
  /** Draws its child (a link) as a button. */
  readonly asChild?: boolean;
}

export function Button({ variant, size, asChild = false, className, ...rest }: ButtonProps) {
  const Component = asChild ? Slot.Root : 'button';
  return (
    <Component
      type={asChild ? undefined : 'button'}
      className={classNames(look({ variant, size }), className)}
      {...rest}
    />
  );
}
