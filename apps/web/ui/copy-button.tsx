'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { toast } from 'sonner';
import { Button } from './button.tsx';

const SHOW_DONE_MS = 1_500;

export interface CopyButtonProps {
  readonly text: string;
  readonly label: string;
}

export function CopyButton({ text, label }: CopyButtonProps) {
  const [isDone, setIsDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setIsDone(false), SHOW_DONE_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setIsDone(true);
    } catch {
      toast.error('The browser does not allow copying here.');
    }
  };
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-label={isDone ? 'Copied' : label}
      onClick={() => {
        void copy();
      }}
    >
      {isDone ? (
        <Check size={14} aria-hidden className="text-ok" />
      ) : (
        <Copy size={14} aria-hidden />
      )}
    </Button>
  );
}
