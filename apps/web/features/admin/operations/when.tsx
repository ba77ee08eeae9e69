'use client';

import { useSyncExternalStore } from 'react';

const FORMAT = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** A moment in the time zone of whoever looks; the server does not know it. */
export function When({ at }: { readonly at: string }) {
  const isHere = useSyncExternalStore(subscribe, here, there);
  return <time dateTime={at}>{isHere ? FORMAT.format(new Date(at)) : at.slice(0, 19)}</time>;
}

const subscribe = () => () => undefined;
const here = () => true;
const there = () => false;
