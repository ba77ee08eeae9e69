'use client';

import { blobIdOf, type FilePart } from '@fleetlm/client';
import { useFleetClient } from '@fleetlm/client/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { toast } from 'sonner';
import { type Attachment, partsOfAttachments, refusalOf, withChange } from './attachments.ts';
import { makePreview } from './make-preview.ts';

export interface Attachments {
  readonly all: readonly Attachment[];
  /** What goes into the message. */
  readonly parts: readonly FilePart[];
  /** Not all of them are stored: the message has to wait. */
  readonly isPending: boolean;
  readonly add: (chosen: readonly File[]) => void;
  readonly retry: (id: string) => void;
  /** Also ends its upload, and deletes what was stored. */
  readonly remove: (id: string) => void;
  /** They are in a message now. */
  readonly clear: () => void;
}

/** Files that are uploaded while the message is written. */
export function useAttachments(sessionId: string): Attachments {
  const { files } = useFleetClient();
  const [all, setAll] = useState<readonly Attachment[]>([]);
  const uploads = useRef(new Map<string, AbortController>());
  // Leaving the conversation ends what is under way.
  useEffect(() => {
    const running = uploads.current;
    return () => {
      for (const abort of running.values()) abort.abort();
    };
  }, []);

  const change = useCallback(
    (id: string, to: Parameters<typeof withChange>[2]) =>
      setAll((before) => withChange(before, id, to)),
    [],
  );
  const send = useCallback(
    async (id: string, file: File) => {
      const abort = new AbortController();
      uploads.current.set(id, abort);
      change(id, { state: { type: 'sending', sentBytes: 0 } });
      try {
        const result = await files.upload(sessionId, file, {
          signal: abort.signal,
          onProgress: (sentBytes) => change(id, { state: { type: 'sending', sentBytes } }),
        });
        const state = result.ok
          ? ({ type: 'ready', part: result.part } as const)
          : ({ type: 'failed', reason: result.error.message } as const);
        change(id, { state });
      } catch (error) {
        // It was removed, or the conversation left: there is no line to say it in.
        if (!abort.signal.aborted) throw error;
      } finally {
        uploads.current.delete(id);
      }
    },
    [files, sessionId, change],
  );

  const add = useCallback(
    (chosen: readonly File[]) => {
      const refusal = refusalOf(all, chosen);
      if (refusal !== null) {
        toast.error(refusal);
        return;
      }
      const added = chosen.map(
        (file): Attachment => ({
          id: crypto.randomUUID(),
          file,
          preview: null,
          state: { type: 'sending', sentBytes: 0 },
        }),
      );
      setAll((before) => [...before, ...added]);
      for (const { id, file } of added) {
        void send(id, file);
        void makePreview(file).then((preview) => change(id, { preview }));
      }
    },
    [all, send, change],
  );

  return {
    all,
    parts: useMemo(() => partsOfAttachments(all), [all]),
    isPending: all.some(({ state }) => state.type !== 'ready'),
    add,
    retry: (id) => {
      const one = all.find((candidate) => candidate.id === id);
      if (one !== undefined) void send(id, one.file);
    },
    remove: (id) => {
      uploads.current.get(id)?.abort();
      const state = all.find((candidate) => candidate.id === id)?.state;
      const blobId = state?.type === 'ready' ? blobIdOf(state.part.url) : null;
      if (blobId !== null) void files.remove(sessionId, blobId);
      setAll((before) => before.filter((one) => one.id !== id));
    },
    clear: () => setAll([]),
  };
}
