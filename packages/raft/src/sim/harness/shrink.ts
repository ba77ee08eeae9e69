/**
 * Takes away, one after the other, every kind of fault without which the run still breaks the same promise.
 * Each kind draws from a random stream of its own, so that taking one away leaves the others as they were.
 * The answer is what was taken away.
 */
export function shrink<Fault extends string>(
  faults: readonly Fault[],
  stillBreaks: (without: readonly Fault[]) => boolean,
): readonly Fault[] {
  let without: readonly Fault[] = [];
  for (const fault of faults) {
    const fewer = [...without, fault];
    if (stillBreaks(fewer)) without = fewer;
  }
  return without;
}

/** The name of the promise that a run has broken. */
export function invariantOf(failure: Error): string {
  return 'invariant' in failure ? String(failure.invariant) : failure.name;
}
