'use client';

import { useState } from 'react';
import { LongText } from '../markdown/long-text.tsx';
import { fieldValues, rawOf, wordsOf } from './field-values.ts';

export interface KeyValuesProps {
  /** What it is: "Input", "Result". */
  readonly label: string;
  readonly value: unknown;
}

/** What a tool is given or has returned: its fields with their values, and the JSON of it on demand. */
export function KeyValues({ label, value }: KeyValuesProps) {
  const [isRaw, setIsRaw] = useState(false);
  const values = fieldValues(value);
  const isPlain = typeof value === 'string' && !isRaw;
  return (
    <section aria-label={label} className="flex flex-col gap-1">
      <header className="flex items-baseline justify-between gap-2 text-xs text-muted">
        <span>{label}</span>
        {(values !== null || typeof value === 'string') && (
          <button
            type="button"
            aria-pressed={isRaw}
            onClick={() => setIsRaw(!isRaw)}
            className="min-h-6 rounded px-1 underline-offset-2 hover:underline"
          >
            {isRaw ? 'Show fields' : 'Show raw'}
          </button>
        )}
      </header>
      {values !== null && !isRaw ? (
        <dl className="grid grid-cols-[minmax(0,auto)_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
          {values.fields.map(({ key, text, isCode }) => (
            <div key={key} className="contents">
              <dt className="max-w-48 truncate text-muted" title={key}>
                {wordsOf(key)}
              </dt>
              <dd
                dir="auto"
                className={
                  isCode
                    ? 'tabular text-xs leading-[1.6] [overflow-wrap:anywhere]'
                    : 'whitespace-pre-wrap [overflow-wrap:anywhere]'
                }
              >
                {text}
              </dd>
            </div>
          ))}
          {values.fields.length === 0 && <dd className="col-span-2 text-muted">No fields</dd>}
          {values.hidden > 0 && (
            <dd className="col-span-2 text-muted">{values.hidden} more in the raw form</dd>
          )}
        </dl>
      ) : isPlain ? (
        <p
          dir="auto"
          className="max-h-72 overflow-auto text-sm whitespace-pre-wrap [overflow-wrap:anywhere]"
        >
          <LongText text={value} />
        </p>
      ) : (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          className="tabular max-h-72 overflow-auto rounded-md bg-raised px-3 py-2 text-xs whitespace-pre-wrap"
        >
          <LongText text={rawOf(value)} />
        </pre>
      )}
    </section>
  );
}
