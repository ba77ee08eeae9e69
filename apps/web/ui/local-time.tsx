'use client';

import { useSyncExternalStore } from 'react';

const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
const TIME_FORMAT = new Intl.DateTimeFormat(undefined, TIME);
const DAY_AND_TIME = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  ...TIME,
});

export interface LocalTimeProps {
  readonly iso: string;
  /** Names the day also when it is today. */
  readonly isDated?: boolean;
}

/** A time as clocks here show it; the server does not know where here is. */
export function LocalTime({ iso, isDated = false }: LocalTimeProps) {
  const isHere = useSyncExternalStore(subscribe, here, there);
  return (
    <time dateTime={iso} title={iso} className="tabular whitespace-nowrap">
      {isHere ? localText(iso, isDated) : `${iso.slice(11, 19)} UTC`}
    </time>
  );
}

function localText(iso: string, isDated: boolean): string {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  return (isToday && !isDated ? TIME_FORMAT : DAY_AND_TIME).format(date);
}

const subscribe = () => () => undefined;
const here = () => true;
const there = () => false;
