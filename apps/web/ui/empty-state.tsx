export interface EmptyStateProps {
  readonly title: string;
  readonly text: string;
}

/** What stands where a list would be, and what would bring something into it. */
export function EmptyState({ title, text }: EmptyStateProps) {
  return (
    <div className="rounded-lg border border-dashed border-strong p-10 text-center">
      <p className="font-medium">{title}</p>
      <p className="text-sm text-muted">{text}</p>
    </div>
  );
}
