'use client';

import { useStore } from '@fleetlm/client/react';
import clsx from 'clsx';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { type Command, commands, commandsFor } from '@/common/commands.ts';

const LIST = 'composer-commands';

export interface SlashMenu {
  /** Above the composer; null while the text is no command. */
  readonly menu: ReactNode;
  /** True: the key was one of the menu's. */
  readonly onKeyDown: (event: KeyboardEvent) => boolean;
  readonly fieldProps: {
    readonly 'aria-autocomplete'?: 'list';
    readonly 'aria-controls'?: string;
    readonly 'aria-activedescendant'?: string;
  };
}

/** A slash at the beginning of a message offers what can be done here by name. */
export function useSlashMenu(text: string, clear: () => void, isOff: boolean): SlashMenu {
  const all = useStore(commands);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const [active, setActive] = useState({ text: '', at: 0 });
  const found = isOff || text === dismissed ? null : commandsFor(text, all);
  if (found === null) return { menu: null, onKeyDown: () => false, fieldProps: {} };
  const at = active.text === text ? Math.min(active.at, found.length - 1) : 0;
  const act = (command: Command | undefined): void => {
    clear();
    command?.act();
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) setActive({ text, at: (at + step + found.length) % found.length });
    else if (event.key === 'Escape') setDismissed(text);
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) act(found[at]);
    else return false;
    event.preventDefault();
    return true;
  };
  return {
    menu: <CommandList found={found} at={at} onAct={act} />,
    onKeyDown,
    fieldProps: {
      'aria-autocomplete': 'list',
      'aria-controls': LIST,
      'aria-activedescendant': `${LIST}-${found[at]?.slash}`,
    },
  };
}

interface CommandListProps {
  readonly found: readonly Command[];
  readonly at: number;
  readonly onAct: (command: Command) => void;
}

function CommandList({ found, at, onAct }: CommandListProps) {
  return (
    <div
      id={LIST}
      role="listbox"
      aria-label="Commands"
      className="mx-auto mb-1.5 max-h-[40dvh] max-w-[calc(72ch+24px)] overflow-y-auto rounded-lg border border-border bg-surface p-1 shadow-float"
    >
      {found.map((command, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the composer, which names the active one
        // biome-ignore lint/a11y/useKeyWithClickEvents: the composer has the keys
        <div
          key={command.slash}
          id={`${LIST}-${command.slash}`}
          role="option"
          aria-selected={index === at}
          ref={(element) => {
            if (index === at) element?.scrollIntoView({ block: 'nearest' });
          }}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onAct(command)}
          className={clsx(
            'flex h-9 cursor-pointer items-center gap-3 rounded-[5px] px-2 text-sm',
            index === at && 'bg-raised',
          )}
        >
          <span className="tabular w-28 shrink-0 text-accent">/{command.slash}</span>
          <span className="truncate">{command.name}</span>
        </div>
      ))}
    </div>
  );
}
