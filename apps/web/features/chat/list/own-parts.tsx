import { type FilePart, textOfParts, type UiPart } from '@fleetlm/client';
import { FileView } from '../parts/file-view.tsx';

/** What a person wrote: their words as they are, and what they attached. */
export function OwnParts({ parts }: { readonly parts: readonly UiPart[] }) {
  const text = textOfParts(parts);
  const files = parts.filter((part): part is FilePart => part.type === 'file');
  return (
    <>
      {text !== '' && (
        <p
          dir="auto"
          className="whitespace-pre-wrap text-lg [overflow-wrap:anywhere] [unicode-bidi:plaintext]"
        >
          {text}
        </p>
      )}
      {files.length > 0 && (
        <ul aria-label="Attachments" className="mt-1.5 flex flex-wrap gap-2">
          {files.map((file, index) => (
            // Parts do not change: their place is their identity.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <li key={index}>
              <FileView file={file} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
