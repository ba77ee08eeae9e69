import { Dialog } from '@/ui/dialog.tsx';

type Shortcut = readonly [keys: string, what: string];

const GROUPS: readonly { readonly where: string; readonly shortcuts: readonly Shortcut[] }[] = [
  {
    where: 'Anywhere',
    shortcuts: [
      ['Ctrl K', 'everything by name'],
      ['?', 'this list'],
      ['G I', 'inbox; G S settings'],
      ['G A', 'agents; G C cluster, G R groups'],
      ['/', 'search in all conversations'],
      ['F6', 'next pane; Shift F6 the one before'],
      ['Esc', 'close what is open'],
    ],
  },
  {
    where: 'List of conversations',
    shortcuts: [
      ['J K', 'next, previous; arrows too'],
      ['Enter', 'open'],
      ['U', 'mark as read'],
      ['E', 'archive, or bring back'],
      ['R', 'put in order what was updated'],
      ['Shift Esc', 'mark all as read'],
    ],
  },
  {
    where: 'Composer',
    shortcuts: [
      ['Enter', 'send'],
      ['Shift Enter', 'a new line'],
      ['↑', 'change the last message, when it is empty'],
      ['/', 'commands, at its beginning'],
      ['Esc', 'stop the answer'],
    ],
  },
  {
    where: 'Messages',
    shortcuts: [
      ['Ctrl F', 'find in the conversation; once more: the browser’s'],
      ['PgUp PgDn', 'message by message'],
      ['End', 'the latest'],
      ['Shift U', 'the first unread'],
      ['C', 'copy the message'],
    ],
  },
  {
    where: 'Groups and charts',
    shortcuts: [
      ['0–F 0–F', 'jump to a group'],
      ['N', 'next problem'],
      ['[ ]', 'group before, group after'],
      ['V', 'grid or table'],
      ['← →', 'move the cursor of a chart'],
    ],
  },
];

export interface ShortcutsProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function Shortcuts({ open, onOpenChange }: ShortcutsProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" isText>
      {GROUPS.map(({ where, shortcuts }) => (
        <section key={where} aria-label={where} className="mb-4 last:mb-0">
          <h3 className="mb-1 text-xs font-semibold text-muted">{where}</h3>
          <table className="w-full text-left text-sm">
            <thead className="sr-only">
              <tr>
                <th scope="col">Keys</th>
                <th scope="col">What they do</th>
              </tr>
            </thead>
            <tbody>
              {shortcuts.map(([keys, what]) => (
                <tr key={keys} className="border-b border-border last:border-b-0">
                  <th scope="row" className="w-28 py-1.5 pr-3 font-normal whitespace-nowrap">
                    <kbd className="tabular rounded border border-border bg-raised px-1.5 py-0.5 text-xs">
                      {keys}
                    </kbd>
                  </th>
                  <td className="py-1.5">{what}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ))}
      <p className="mt-3 text-xs text-muted">
        On a Mac, Cmd is Ctrl. Keys without Ctrl, Shift or Cmd can be switched off in the settings.
      </p>
    </Dialog>
  );
}
