'use client';

import { useEffect, useState } from 'react';

const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
const DAY = { day: 'numeric', month: 'short' } as const;

/** A time as clocks here show it; the server does not know where here is. */
export function LocalTime({ iso }: { readonly iso: string }) {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    const date = new Date(iso);
    const isToday = date.toDateString() === new Date().toDateString();
    const format = new Intl.DateTimeFormat(undefined, isToday ? TIME : { ...DAY, ...TIME });
    setText(format.format(date));
  }, [iso]);
  return (
    <time dateTime={iso} title={iso} className="tabular whitespace-nowrap">
      {text ?? `${iso.slice(11, 19)} UTC`}
    </time>
  );
}
