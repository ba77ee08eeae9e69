'use client';

import type { InboxEntry } from '@fleetlm/client';
import { useInbox, useStore } from '@fleetlm/client/react';
import { Command } from 'cmdk';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { commands } from '@/common/commands.ts';
import type { Person } from '@/common/person.ts';
import { plainText } from '@/common/plain-text.ts';
import { isAtLeast } from '@/common/roles.ts';

export interface PaletteProps {
  readonly person: Person;
  readonly onClose: () => void;
}

const PAGES = [
  { name: 'Inbox', href: '/inbox', needs: 'user' },
  { name: 'Search in all conversations', href: '/search', needs: 'user' },
  { name: 'Settings', href: '/settings', needs: 'user' },
  { name: 'Agents', href: '/agents', needs: 'owner' },
  { name: 'Cluster: overview', href: '/admin', needs: 'admin' },
  { name: 'Cluster: nodes', href: '/admin/nodes', needs: 'admin' },
  { name: 'Cluster: groups', href: '/admin/groups', needs: 'admin' },
  { name: 'Cluster: operations', href: '/admin/operations', needs: 'admin' },
  { name: 'Cluster: audit', href: '/admin/audit', needs: 'admin' },
  { name: 'Cluster: flush', href: '/admin/flush', needs: 'admin' },
  { name: 'Cluster: dispatch', href: '/admin/dispatch', needs: 'admin' },
  { name: 'Cluster: events', href: '/admin/events', needs: 'admin' },
  { name: 'Raft playground', href: '/admin/playground', needs: 'admin' },
] as const;

const SESSIONS_MAX = 50;
const ITEM =
  'flex h-9 cursor-pointer items-center gap-2 rounded-[5px] px-2 text-sm data-[selected=true]:bg-raised';
const GROUP =
  '[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted';

/** Everything by name: pages, conversations, and what can be done anywhere. */
export function Palette({ person, onClose }: PaletteProps) {
  const router = useRouter();
  const { entries } = useInbox();
  const [text, setText] = useState('');
  const sessions = entries.filter((entry) => isMatch(wordsOf(entry), text)).slice(0, SESSIONS_MAX);
  const pages = PAGES.filter(
    ({ name, needs }) => isAtLeast(person.role, needs) && isMatch(name, text),
  );
  const go = (href: string) => () => {
    onClose();
    router.push(href);
  };
  // A page of its own is gone to under its own name already.
  const deeds = useStore(commands).filter(
    ({ slash, name }) => slash !== 'search' && slash !== 'settings' && isMatch(name, text),
  );
  const act = (deed: () => void) => () => {
    onClose();
    deed();
  };
  return (
    <Command.Dialog
      open
      // Of its own: what comes while the user types has to be found too.
      shouldFilter={false}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      label="Commands"
      overlayClassName="fixed inset-0 z-40 scrim"
      contentClassName="fixed left-1/2 top-[12dvh] z-50 w-[min(92vw,560px)] -translate-x-1/2 overflow-hidden rounded-lg border border-border bg-surface text-text shadow-window"
    >
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Go to, or do…"
        className="h-12 w-full border-b border-border bg-transparent px-4 text-lg outline-none placeholder:text-muted"
      />
      <Command.List className="max-h-[56dvh] overflow-y-auto p-1.5">
        <Command.Empty className="px-2 py-6 text-center text-muted">No results.</Command.Empty>
        {sessions.length > 0 && (
          <Command.Group heading="Conversations" className={GROUP}>
            {sessions.map((entry) => (
              <Command.Item
                key={entry.session_id}
                value={entry.session_id}
                onSelect={go(`/inbox/${entry.session_id}`)}
                className={ITEM}
              >
                <span className="shrink-0 font-medium">{entry.title ?? entry.agent_name}</span>
                <span className="truncate text-muted">
                  {plainText(entry.last_message?.preview ?? '')}
                </span>
              </Command.Item>
            ))}
          </Command.Group>
        )}
        <Command.Group heading="Go to" className={GROUP}>
          {pages.map(({ name, href }) => (
            <Command.Item key={href} value={href} onSelect={go(href)} className={ITEM}>
              {name}
            </Command.Item>
          ))}
          {text.trim().length >= 2 && (
            <Command.Item
              value={`search ${text}`}
              onSelect={go(`/search?${new URLSearchParams({ q: text.trim() })}`)}
              className={ITEM}
            >
              Search messages for “{text.trim()}”
            </Command.Item>
          )}
        </Command.Group>
        {(['conversation', 'app'] as const).map((scope) => (
          <Command.Group
            key={scope}
            heading={scope === 'app' ? 'Do' : 'In this conversation'}
            className={GROUP}
          >
            {deeds
              .filter((deed) => deed.scope === scope)
              .map((deed) => (
                <Command.Item
                  key={deed.slash}
                  value={`do ${deed.slash}`}
                  onSelect={act(deed.act)}
                  className={ITEM}
                >
                  {deed.name}
                  <span className="tabular ml-auto text-xs text-muted">/{deed.slash}</span>
                </Command.Item>
              ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command.Dialog>
  );
}

function wordsOf({ title, agent_name, last_message }: InboxEntry): string {
  return `${title ?? ''} ${agent_name} ${last_message?.preview ?? ''}`;
}

/** Every word that was typed is in it. */
function isMatch(words: string, text: string): boolean {
  const lower = words.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}
