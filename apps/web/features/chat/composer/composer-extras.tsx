import type { FilePart } from '@fleetlm/client';
import { FileText, Pencil, X } from 'lucide-react';
import { Button } from '@/ui/button.tsx';
import type { Edited } from './composer.tsx';

export interface ComposerExtrasProps {
  readonly edited: Edited | null;
  readonly files: readonly FilePart[];
  readonly onCancelEdit: () => void;
  readonly onRemove: (at: number) => void;
}

/** Above the composer: which message is being changed, and what is attached. */
export function ComposerExtras({ edited, files, onCancelEdit, onRemove }: ComposerExtrasProps) {
  if (edited === null && files.length === 0) return null;
  return (
    <div className="mx-auto mb-1.5 flex max-w-[calc(72ch+24px)] flex-wrap items-center gap-2 text-sm">
      {edited !== null && (
        <p role="status" className="flex items-center gap-2 text-muted">
          <Pencil size={14} aria-hidden /> You are changing message #{edited.seq}; what follows it
          will be replaced.
          <Button size="sm" variant="ghost" onClick={onCancelEdit}>
            Cancel
          </Button>
        </p>
      )}
      {files.length > 0 && (
        <ul aria-label="To be attached" className="flex flex-wrap gap-2">
          {files.map((file, at) => (
            <li
              key={`${file.filename}-${file.url.length}`}
              className="flex h-8 max-w-60 items-center gap-1.5 rounded-md border border-border bg-surface pl-2.5"
            >
              <FileText size={14} aria-hidden className="shrink-0 text-muted" />
              <span className="truncate">{file.filename}</span>
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={`Remove ${file.filename}`}
                onClick={() => onRemove(at)}
              >
                <X size={14} aria-hidden />
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
