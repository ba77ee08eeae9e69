import { classNames } from '../class-names.ts';
import { hueOf, initialsOf } from './initials.ts';

const SIZES = {
  sm: 'size-6 rounded-md text-[10px]',
  md: 'size-9 rounded-lg text-sm',
  lg: 'size-12 rounded-xl text-lg',
} as const;

export interface AvatarProps {
  /** What the hue follows from. */
  readonly id: string;
  readonly name: string;
  readonly size?: keyof typeof SIZES;
  readonly className?: string;
}

/** An agent as a picture: its initials on a hue of its own. It stands beside the name, so it is not read out. */
export function Avatar({ id, name, size = 'md', className }: AvatarProps) {
  return (
    <span
      aria-hidden
      style={{ background: `var(--series-${hueOf(id)})` }}
      className={classNames(
        'grid shrink-0 select-none place-items-center overflow-hidden font-semibold text-surface',
        SIZES[size],
        className,
      )}
    >
      {initialsOf(name)}
    </span>
  );
}
