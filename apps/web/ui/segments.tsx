'use client';

import clsx from 'clsx';
import { ToggleGroup } from 'radix-ui';

export interface SegmentsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

/** One of a few, side by side. Arrow keys move inside. */
export function Segments<T extends string>({ label, value, choices, onChange }: SegmentsProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        const choice = choices.find((candidate) => candidate.value === next);
        if (choice !== undefined) onChange(choice.value);
      }}
      className="inline-flex gap-0.5 rounded-lg border border-strong bg-raised p-0.5"
    >
      {choices.map((choice) => (
        <ToggleGroup.Item
          key={choice.value}
          value={choice.value}
          className={clsx(
            'h-7 rounded-md px-2.5 text-sm outline-offset-[-2px]',
            choice.value === value
              ? 'bg-surface font-medium text-text shadow-card'
              : 'text-muted hover:text-text',
          )}
        >
          {choice.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
