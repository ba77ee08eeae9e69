/** Polls until the condition holds. Throws what `trouble` says when it did not within the limit. */
export async function waitUntil(
  condition: () => Promise<boolean> | boolean,
  limitMs: number,
  trouble: () => string,
  everyMs = 100,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(trouble());
    await pause(everyMs);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
