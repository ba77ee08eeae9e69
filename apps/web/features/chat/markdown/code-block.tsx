'use client';

import { isValidElement, type ReactNode } from 'react';
import { CopyButton } from '@/ui/copy-button.tsx';
import { ColouredCode } from './coloured-code.tsx';
import { useHighlighted } from './use-highlighted.ts';

/** Fenced code: its language, a button to copy it, and a region that scrolls by itself. */
export function CodeBlock({ children }: { readonly children?: ReactNode }) {
  const { code, language } = readCode(children);
  const lines = useHighlighted(code, language);
  return (
    <div className="overflow-hidden rounded-md border border-border bg-surface">
      <div className="flex h-8 items-center justify-between border-b border-border pl-3 pr-0.5 text-xs text-muted">
        <span>{language ?? 'text'}</span>
        <CopyButton text={code} label="Copy code" />
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto px-3 py-2.5"
      >
        {lines === null ? children : <ColouredCode lines={lines} />}
      </pre>
    </div>
  );
}

interface CodeProps {
  readonly className?: string;
  readonly children?: ReactNode;
}

function readCode(children: ReactNode): {
  readonly code: string;
  readonly language: string | null;
} {
  if (!isValidElement<CodeProps>(children)) return { code: '', language: null };
  const { className, children: content } = children.props;
  const language = /language-([\w+#-]+)/.exec(className ?? '')?.[1] ?? null;
  return { code: typeof content === 'string' ? content.replace(/\n$/, '') : '', language };
}
