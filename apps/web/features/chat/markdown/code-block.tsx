'use client';

import clsx from 'clsx';
import { Download, WrapText } from 'lucide-react';
import { isValidElement, type ReactNode, useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { CopyButton } from '@/ui/copy-button.tsx';
import { saveText } from '@/ui/save-text.ts';
import { ColouredCode } from './coloured-code.tsx';
import { useHighlighted } from './use-highlighted.ts';

/** Fenced code: its language, ways to wrap, save and copy it, and a region that scrolls by itself. */
export function CodeBlock({ children }: { readonly children?: ReactNode }) {
  const { code, language } = readCode(children);
  const lines = useHighlighted(code, language);
  const [isWrapped, setIsWrapped] = useState(false);
  return (
    <div className="overflow-hidden rounded-md border border-border bg-surface">
      <div className="flex h-8 items-center justify-between border-b border-border pl-3 pr-0.5 text-xs text-muted">
        <span>{language ?? 'text'}</span>
        <div className="flex items-center">
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Wrap lines"
            title="Wrap lines"
            aria-pressed={isWrapped}
            onClick={() => setIsWrapped(!isWrapped)}
          >
            <WrapText size={14} aria-hidden className={clsx(isWrapped && 'text-accent')} />
          </Button>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Download code"
            title="Download code"
            onClick={() => saveText(fileNameOf(language), code)}
          >
            <Download size={14} aria-hidden />
          </Button>
          <CopyButton text={code} label="Copy code" />
        </div>
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className={clsx(
          'px-3 py-2.5',
          isWrapped ? 'whitespace-pre-wrap [overflow-wrap:anywhere]' : 'overflow-x-auto',
        )}
      >
        {lines === null ? children : <ColouredCode lines={lines} />}
      </pre>
    </div>
  );
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  bash: 'sh',
  javascript: 'js',
  markdown: 'md',
  python: 'py',
  ruby: 'rb',
  rust: 'rs',
  shell: 'sh',
  typescript: 'ts',
};

/** Most languages are called by the ending of their files. */
function fileNameOf(language: string | null): string {
  const name = (language ?? 'txt').toLowerCase();
  return `code.${EXTENSIONS[name] ?? (/^[a-z0-9]{1,8}$/.test(name) ? name : 'txt')}`;
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
