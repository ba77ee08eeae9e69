'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useTransition } from 'react';

const EVERY_MS = 3_000;

/**
 * Asks for the page's figures again while it is visible. One answer at a time: the router makes its calls one after the
 * other, so refreshes that are slower than the interval would hold up what is clicked.
 */
export function LiveRefresh() {
  const router = useRouter();
  const [isRefreshing, start] = useTransition();
  useEffect(() => {
    if (isRefreshing) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') start(() => router.refresh());
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [router, isRefreshing]);
  return null;
}
