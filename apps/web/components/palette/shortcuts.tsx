import { Dialog } from '../ui/dialog.tsx';

const SHORTCUTS: readonly (readonly [keys: string, what: string, where: string])[] = [
  ['Ctrl K', 'everything by name', 'anywhere'],
  ['?', 'this list', 'anywhere'],
  ['J K', 'next, previous conversation', 'in the list'],
  ['Enter', 'send', 'composer'],
  ['Shift Enter', 'a new line', 'composer'],
  ['↑', 'change the last message', 'empty composer'],
  ['Esc', 'stop the answer, or close what is open', 'conversation'],
  ['0–F 0–F', 'jump to a group', 'group grid'],
  ['N', 'next problem', 'group grid'],
  ['[ ]', 'group before, group after', 'groups'],
  ['V', 'grid or table', 'groups'],
  ['← →', 'move the cursor', 'charts'],
];

export interface ShortcutsProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function Shortcuts({ open, onOpenChange }: ShortcutsProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <table className="w-full text-left text-sm">
        <thead className="sr-only">
          <tr>
            <th scope="col">Keys</th>
            <th scope="col">What they do</th>
            <th scope="col">Where</th>
          </tr>
        </thead>
        <tbody>
          {SHORTCUTS.map(([keys, what, where]) => (
            <tr key={keys} className="border-b border-border last:border-b-0">
              <th scope="row" className="py-1.5 pr-3 font-normal whitespace-nowrap">
                <kbd className="tabular rounded border border-border bg-raised px-1.5 py-0.5 text-xs">
                  {keys}
                </kbd>
              </th>
              <td className="py-1.5 pr-3">{what}</td>
              <td className="py-1.5 text-muted">{where}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
