'use client';

import { useState } from 'react';
import { Dialog } from '@/ui/dialog.tsx';

export interface PictureProps {
  readonly src: string;
  readonly name: string;
}

/** A picture in a message, and large when it is asked for. */
export function Picture({ src, name }: PictureProps) {
  const [isLarge, setIsLarge] = useState(false);
  return (
    <>
      <button
        type="button"
        aria-label={`Enlarge ${name}`}
        onClick={() => setIsLarge(true)}
        className="max-w-full self-start overflow-hidden rounded-lg border border-border bg-surface"
      >
        {/* biome-ignore lint/performance/noImgElement: the picture is in the page already */}
        <img src={src} alt={name} className="max-h-64 max-w-full cursor-zoom-in object-contain" />
      </button>
      <Dialog
        open={isLarge}
        onOpenChange={setIsLarge}
        title={name}
        className="top-[4dvh] max-h-[92dvh] w-fit max-w-[94vw]"
        isText
      >
        {/* biome-ignore lint/performance/noImgElement: the picture is in the page already */}
        <img src={src} alt={name} className="mx-auto max-h-[78dvh] max-w-full object-contain" />
      </Dialog>
    </>
  );
}
