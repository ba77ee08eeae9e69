'use client';

import { Button } from '@/ui/button.tsx';

export interface ErrorPageProps {
  readonly error: Error & { readonly digest?: string };
  readonly reset: () => void;
}

/** A fault of the page itself. What was written is in the browser's storage and survives. */
export default function ErrorPage({ error, reset }: ErrorPageProps) {
  return (
    <div role="alert" className="grid h-full place-items-center p-8 text-center">
      <div>
        <h1 className="text-xl font-semibold">This page has failed</h1>
        <p className="mb-4 mt-1 text-muted">
          Drafts and unsent messages are kept.
          {error.digest !== undefined && <span className="tabular"> Reference {error.digest}</span>}
        </p>
        <Button variant="primary" onClick={reset}>
          Try again
        </Button>
      </div>
    </div>
  );
}
