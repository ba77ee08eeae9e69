'use client';

import type { FilePart } from '@fleetlm/client';
import { Download, FileText } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/ui/button.tsx';
import { Dialog } from '@/ui/dialog.tsx';
import { isPicture, previewOf } from './file-parts.ts';
import { type FileSource, useFileSource } from './file-source.ts';

export interface StoredFileProps {
  readonly file: FilePart;
  readonly blobId: string;
  readonly name: string;
}

/** A file that the cluster keeps: a picture is shown large on a click, everything else is saved. */
export function StoredFile(props: StoredFileProps) {
  const source = useFileSource();
  const { file, name } = props;
  if (source === null) return <span className={LOOKS}>{label(name)}</span>;
  return isPicture(file) ? (
    <Picture source={source} {...props} />
  ) : (
    <button
      type="button"
      className={`${LOOKS} hover:bg-raised`}
      onClick={() => void save(source, props)}
    >
      {label(name)}
      <Download size={14} aria-hidden className="shrink-0 text-muted" />
      <span className="sr-only">(download)</span>
    </button>
  );
}

const LOOKS =
  'inline-flex h-8 max-w-72 items-center gap-2 rounded-md border border-border bg-surface px-2.5 text-sm';

function label(name: string) {
  return (
    <>
      <FileText size={15} aria-hidden className="shrink-0 text-muted" />
      <span className="truncate">{name}</span>
    </>
  );
}

function Picture({ source, ...props }: StoredFileProps & { readonly source: FileSource }) {
  const { file, blobId, name } = props;
  const [url, setUrl] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const preview = previewOf(file);
  const show = async () => {
    const link = await source.link(blobId);
    if (!link.ok) toast.error(`${name} can not be shown: ${link.error.message}`);
    else {
      setFault(null);
      setUrl(link.url);
    }
  };
  return (
    <>
      <button
        type="button"
        aria-label={`Show ${name}`}
        className="max-w-full self-start overflow-hidden rounded-md border border-border bg-surface hover:brightness-95"
        onClick={() => void show()}
      >
        {preview === null ? (
          <span className="flex h-8 items-center gap-2 px-2.5 text-sm">{label(name)}</span>
        ) : (
          // biome-ignore lint/performance/noImgElement: the picture is in the page already
          <img src={preview} alt={name} className="max-h-64 max-w-full object-contain" />
        )}
      </button>
      <Dialog
        open={url !== null}
        onOpenChange={() => setUrl(null)}
        title={name}
        className="w-fit max-w-[94vw]"
      >
        {fault === null ? (
          // biome-ignore lint/performance/noImgElement: the address is good for a few minutes only
          <img
            src={url ?? ''}
            alt={name}
            onError={() => setFault('The picture is not there any more, or can not be reached.')}
            className="mx-auto max-h-[66dvh] max-w-full object-contain"
          />
        ) : (
          <p role="alert" className="text-critical">
            {fault}
          </p>
        )}
        <div className="mt-3 flex justify-end">
          <Button size="sm" onClick={() => void save(source, props)}>
            <Download size={14} aria-hidden /> Download
          </Button>
        </div>
      </Dialog>
    </>
  );
}

async function save(source: FileSource, { blobId, name }: StoredFileProps): Promise<void> {
  const link = await source.link(blobId);
  if (!link.ok) {
    toast.error(`${name} can not be downloaded: ${link.error.message}`);
    return;
  }
  // A link to something that is gone would leave the page for an error.
  const found = await fetch(link.url, { method: 'HEAD' }).catch(() => null);
  if (found?.ok !== true) {
    toast.error(`${name} is not there any more, or can not be reached.`);
    return;
  }
  const anchor = document.createElement('a');
  anchor.href = link.url;
  anchor.download = name;
  // What browsers show would take the place of the page.
  if (!/^attachment/.test(found.headers.get('content-disposition') ?? '')) {
    anchor.target = '_blank';
    anchor.rel = 'noopener noreferrer';
  }
  anchor.click();
}
