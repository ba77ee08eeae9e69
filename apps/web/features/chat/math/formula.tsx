'use client';

import clsx from 'clsx';
import { useEffect, useRef } from 'react';

export interface FormulaProps {
  /** With its delimiters: it is shown so until it is drawn, and where it can not be. */
  readonly source: string;
  readonly isDisplay: boolean;
}

/** Math, drawn as soon as what draws it is here: it is loaded with the first formula of the page. */
export function Formula({ source, isDisplay }: FormulaProps) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let isCurrent = true;
    const draw = async (): Promise<void> => {
      const { drawFormula } = await import('./draw-formula.ts');
      if (isCurrent && place.current !== null) drawFormula(place.current, source, isDisplay);
    };
    draw().catch(reportError);
    return () => {
      isCurrent = false;
    };
  }, [source, isDisplay]);
  return (
    // What is drawn belongs to the drawing: another source is another element.
    <span key={source} ref={place} className={clsx('formula', isDisplay && 'is-display')}>
      {source}
    </span>
  );
}
