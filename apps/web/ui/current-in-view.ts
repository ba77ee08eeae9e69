import { useEffect, useRef } from 'react';

/** Brings the current link of a row that scrolls into its view, also when the page changes. */
export function useCurrentInView<T extends HTMLElement>(pathname: string) {
  const row = useRef<T>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page has another current link
  useEffect(() => {
    row.current
      ?.querySelector('[aria-current="page"]')
      ?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [pathname]);
  return row;
}
