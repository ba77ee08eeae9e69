import { Button } from '@/ui/button.tsx';
import { CopyButton } from '@/ui/copy-button.tsx';
import { Notice } from '@/ui/notice.tsx';
import type { MadePassword } from './accounts-view.tsx';

/** The only time that it is shown. */
export function NewPassword({
  email,
  password,
  onDone,
}: MadePassword & { readonly onDone: () => void }) {
  return (
    <section aria-label={`Password of ${email}`} className="flex flex-col gap-2">
      <Notice tone="ok" role="status">
        The password of {email}: copy it now, it is not shown again. It can be changed in the
        settings after the first sign-in.
      </Notice>
      <div className="flex items-center gap-2 rounded-md border border-strong bg-raised py-1 pl-3 pr-1">
        <code className="min-w-0 flex-1 break-all">{password}</code>
        <CopyButton text={password} label="Copy password" />
        <Button size="sm" onClick={onDone}>
          Done
        </Button>
      </div>
    </section>
  );
}
