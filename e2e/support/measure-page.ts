import type { Page } from '@playwright/test';

/** What a page does, measured in the page itself and through the browser's own counters. */

export interface Load {
  readonly lcpMs: number;
  readonly cls: number;
  /** Scripts that the page asked for, as they came over the wire. */
  readonly scriptBytes: number;
}

/** A processor of a quarter of the speed. */
export const SLOW_PROCESSOR = { rate: 4 } as const;
/** "Fast 4G" as in the browser's own developer tools; bytes a second, and milliseconds. */
const FAST_4G = {
  offline: false,
  downloadThroughput: 1_012_500,
  uploadThroughput: 168_750,
  latency: 165,
} as const;

/** Opens an address with an empty cache; `isSlow`: as on a phone on its way. */
export async function measureLoad(page: Page, url: string, isSlow = false): Promise<Load> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  if (isSlow) {
    await cdp.send('Emulation.setCPUThrottlingRate', SLOW_PROCESSOR);
    await cdp.send('Network.emulateNetworkConditions', FAST_4G);
  }
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  const scripts = new Set<string>();
  let scriptBytes = 0;
  cdp.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Script') scripts.add(requestId);
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) scriptBytes += encodedDataLength;
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  const seen = await page.evaluate(
    () =>
      new Promise<{ lcpMs: number; cls: number }>((resolve) => {
        let lcpMs = 0;
        let cls = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) lcpMs = Math.max(lcpMs, entry.startTime);
        }).observe({ type: 'largest-contentful-paint', buffered: true });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries())
            if ('value' in entry && typeof entry.value === 'number') cls += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => setTimeout(() => resolve({ lcpMs, cls }), 200));
      }),
  );
  await cdp.detach();
  return { ...seen, scriptBytes };
}

/** The longest time from an input to the next paint while `act` is done, in milliseconds; 8 ms is as fine as it gets. */
export async function measureInteraction(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const seen = { worst: 0 };
    Object.assign(window, { fleetlmSeen: seen });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.worst = Math.max(seen.worst, duration);
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  });
  await act();
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        setTimeout(() => {
          const seen: unknown = Reflect.get(window, 'fleetlmSeen');
          const worst =
            typeof seen === 'object' && seen !== null && 'worst' in seen ? Number(seen.worst) : 0;
          resolve(worst);
        }, 300);
      }),
  );
}

export interface Busy {
  /** Of the main thread, 0 to 1. */
  readonly share: number;
  readonly scriptMs: number;
  /** Styles and layout. */
  readonly layoutMs: number;
  readonly seconds: number;
  readonly heapBytes: number;
}

/** How busy the page is until `until` resolves. */
export async function measureBusy(page: Page, until: () => Promise<void>): Promise<Busy> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const read = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
    return {
      task: value('TaskDuration'),
      script: value('ScriptDuration'),
      layout: value('LayoutDuration') + value('RecalcStyleDuration'),
      at: value('Timestamp'),
      heapBytes: value('JSHeapUsedSize'),
    };
  };
  const before = await read();
  await until();
  const after = await read();
  await cdp.detach();
  const seconds = after.at - before.at;
  return {
    share: (after.task - before.task) / seconds,
    scriptMs: (after.script - before.script) * 1_000,
    layoutMs: (after.layout - before.layout) * 1_000,
    seconds,
    heapBytes: after.heapBytes,
  };
}

export interface Scrolling {
  /** Frames within 16.7 ms, 0 to 1. */
  readonly smooth: number;
  readonly longestFrameMs: number;
  readonly rowsMax: number;
}

/** Scrolls an element at a constant speed, frame by frame. */
export function measureScroll(
  page: Page,
  selector: string,
  pixelsPerSecond: number,
  seconds: number,
): Promise<Scrolling> {
  return page.evaluate(
    ([query, speed, duration]) =>
      new Promise<Scrolling>((resolve, reject) => {
        const element = document.querySelector(query);
        if (element === null) return reject(new Error(`there is no ${query}`));
        const frames: number[] = [];
        let rowsMax = 0;
        const begin = performance.now();
        let last = begin;
        const frame = (now: number): void => {
          frames.push(now - last);
          const passed = now - last;
          last = now;
          element.scrollBy(0, (speed * passed) / 1_000);
          rowsMax = Math.max(rowsMax, element.querySelectorAll('article').length);
          if (now - begin < duration * 1_000) requestAnimationFrame(frame);
          else {
            const counted = frames.slice(1);
            resolve({
              // A frame that is a hair late is shown in its time all the same.
              smooth: counted.filter((ms) => ms <= 17.5).length / counted.length,
              longestFrameMs: Math.max(...counted),
              rowsMax,
            });
          }
        };
        requestAnimationFrame(frame);
      }),
    [selector, pixelsPerSecond, seconds] as const,
  );
}
