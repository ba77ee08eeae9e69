export interface MarkProps {
  readonly size: number;
}

/** The mark: a leader and its two followers, as in every group. The same drawing as `app/icon.svg`. */
export function Mark({ size }: MarkProps) {
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 32 32" className="shrink-0">
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <path d="M16 4.5 21.2 18 16 15.2 10.8 18Z" className="fill-on-accent" />
      <path
        d="M9 15.5 13.2 27 9 24.6 4.8 27ZM23 15.5 27.2 27 23 24.6 18.8 27Z"
        className="fill-on-accent"
        fillOpacity=".72"
      />
    </svg>
  );
}
