import { FileText, RotateCw, X } from 'lucide-react';
import { Button } from '@/ui/button.tsx';
import { type Attachment, percentOf, statusOf } from './attachments.ts';

export interface AttachmentListProps {
  readonly all: readonly Attachment[];
  readonly onRetry: (id: string) => void;
  readonly onRemove: (id: string) => void;
}

/** What will go with the message: how far it is, and a way to take it back or try again. */
export function AttachmentList({ all, onRetry, onRemove }: AttachmentListProps) {
  return (
    <>
      {/* Always there, so that the first words in it are read out. */}
      <p role="status" className="sr-only">
        {statusOf(all)}
      </p>
      {all.length > 0 && (
        <ul aria-label="To be attached" className="flex flex-wrap gap-2">
          {all.map((one) => (
            <Item key={one.id} attachment={one} onRetry={onRetry} onRemove={onRemove} />
          ))}
        </ul>
      )}
    </>
  );
}

function Item({
  attachment,
  onRetry,
  onRemove,
}: { readonly attachment: Attachment } & Omit<AttachmentListProps, 'all'>) {
  const { id, file, preview, state } = attachment;
  const isSending = state.type === 'sending';
  return (
    <li className="flex min-h-10 max-w-72 items-center gap-2 rounded-md border border-border bg-surface py-1 pl-1.5 pr-1">
      {preview === null ? (
        <FileText size={16} aria-hidden className="ml-1 shrink-0 text-muted" />
      ) : (
        // biome-ignore lint/performance/noImgElement: the picture is in the page already
        <img src={preview} alt="" className="size-8 shrink-0 rounded-[5px] object-cover" />
      )}
      <span className="min-w-0 flex-1">
        <span className="block truncate">{file.name}</span>
        {isSending && (
          <progress
            aria-label={`Uploading ${file.name}`}
            value={percentOf(attachment)}
            max={100}
            className="block h-1 w-full accent-accent"
          />
        )}
        {state.type === 'failed' && (
          <span className="block text-critical [overflow-wrap:anywhere]">{state.reason}</span>
        )}
      </span>
      {state.type === 'failed' && (
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={`Upload ${file.name} again`}
          onClick={() => onRetry(id)}
        >
          <RotateCw size={14} aria-hidden />
        </Button>
      )}
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={isSending ? `Cancel the upload of ${file.name}` : `Remove ${file.name}`}
        onClick={() => onRemove(id)}
      >
        <X size={14} aria-hidden />
      </Button>
    </li>
  );
}
