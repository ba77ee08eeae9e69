/** Passes on at most one call per interval: for log lines of what fails again and again. */
export function atMostEvery<T>(intervalMs: number, use: (value: T) => void): (value: T) => void {
  let nextAtMs = Number.NEGATIVE_INFINITY;
  return (value) => {
    const nowMs = performance.now();
    if (nowMs < nextAtMs) return;
    nextAtMs = nowMs + intervalMs;
    use(value);
  };
}
