import type { LongestTurn, LoopComponent } from '@fleetlm/protocol';

let clockMs = (): number => performance.now();
let component: LoopComponent = 'other';
let longestMs = 0;
let longestComponent: LoopComponent = 'other';
/** Of components called by the one that runs: not its own time. */
let innerMs = 0;

/**
 * Runs a synchronous stretch of a component, so that a blocked event loop can be attributed. Costs two looks at the
 * clock. A component within another one counts for itself.
 */
export function inComponent<T>(name: LoopComponent, run: () => T): T {
  const outer = component;
  const outerInnerMs = innerMs;
  const startedAtMs = clockMs();
  component = name;
  innerMs = 0;
  try {
    return run();
  } finally {
    const ms = clockMs() - startedAtMs;
    if (ms - innerMs > longestMs) {
      longestMs = ms - innerMs;
      longestComponent = name;
    }
    component = outer;
    innerMs = outerInnerMs + ms;
  }
}

/** The longest stretch of a component since this was asked last. */
export function takeLongestTurn(): LongestTurn {
  const longest = { component: longestComponent, ms: longestMs };
  longestMs = 0;
  longestComponent = 'other';
  return longest;
}

/** For tests: what other processes of a busy machine take does not count. */
export function measureProcessorTime(): void {
  clockMs = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
}
