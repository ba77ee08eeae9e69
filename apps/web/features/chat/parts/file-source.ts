'use client';

import type { LinkResult } from '@fleetlm/client';
import { createContext, useContext } from 'react';

/** Where the files of the shown conversation are read from. */
export interface FileSource {
  readonly link: (blobId: string) => Promise<LinkResult>;
}

const SourceContext = createContext<FileSource | null>(null);

export const FileSourceProvider = SourceContext.Provider;

/** Null where no conversation is shown, such as in a test call. */
export function useFileSource(): FileSource | null {
  return useContext(SourceContext);
}
