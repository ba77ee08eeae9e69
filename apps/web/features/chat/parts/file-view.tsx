import { blobIdOf, type FilePart } from '@fleetlm/client';
import { FileText } from 'lucide-react';
import { isInlinePicture } from './file-parts.ts';
import { Picture } from './picture.tsx';
import { StoredFile } from './stored-file.tsx';

export function FileView({ file }: { readonly file: FilePart }) {
  const name = file.filename ?? `File (${file.mediaType})`;
  const blobId = blobIdOf(file.url);
  if (blobId !== null) return <StoredFile file={file} blobId={blobId} name={name} />;
  if (isInlinePicture(file.url)) return <Picture src={file.url} name={name} />;
  const label = (
    <>
      <FileText size={15} aria-hidden className="shrink-0 text-muted" />
      <span className="truncate">{name}</span>
    </>
  );
  const looks =
    'inline-flex h-8 max-w-72 items-center gap-2 rounded-md border border-border bg-surface px-2.5 text-sm';
  if (/^https?:\/\//i.test(file.url))
    return (
      <a
        href={file.url}
        target="_blank"
        rel="noopener noreferrer"
        className={`${looks} text-accent`}
      >
        {label}
      </a>
    );
  if (file.url.startsWith('data:'))
    return (
      <a href={file.url} download={file.filename ?? 'file'} className={`${looks} hover:bg-raised`}>
        {label}
      </a>
    );
  return <span className={looks}>{label}</span>;
}
