import type { Latencies } from './latencies.ts';
import type { BenchOptions } from './options.ts';
import type { BenchUser } from './user.ts';

export interface LoadHooks {
  /** Called once when the warm-up is over and measuring begins. */
  readonly onMeasure: () => Promise<void>;
}

/** Drives all users for the warm-up and the measured time; resolves when every answer is in. */
export async function driveLoad(
  users: readonly BenchUser[],
  options: BenchOptions,
  latencies: Latencies,
  hooks: LoadHooks,
): Promise<{ readonly measuredSeconds: number }> {
  let measuring = options.warmupSeconds === 0;
  let running = true;
  const record = (latency: number | null): void => {
    if (latency !== null && measuring && running) latencies.add(latency);
  };
  const work =
    options.ratePerSecond === null
      ? users.flatMap((user) =>
          Array.from({ length: options.depth }, () => closedLoop(user, () => running, record)),
        )
      : [openLoop(users, options.ratePerSecond, () => running, record)];
  await pause(options.warmupSeconds * 1000);
  await hooks.onMeasure();
  measuring = true;
  const startedAt = performance.now();
  await pause(options.seconds * 1000);
  running = false;
  const measuredSeconds = (performance.now() - startedAt) / 1000;
  await Promise.all(work);
  return { measuredSeconds };
}

async function closedLoop(
  user: BenchUser,
  running: () => boolean,
  record: (latency: number | null) => void,
): Promise<void> {
  while (running()) record(await user.send());
}

/** Sends on time whatever the answers do, so that a stall shows in the latencies and not in the rate. */
export async function openLoop(
  users: readonly BenchUser[],
  ratePerSecond: number,
  running: () => boolean,
  record: (latency: number | null) => void,
): Promise<void> {
  const startedAt = performance.now();
  const inFlight = new Set<Promise<void>>();
  let sent = 0;
  while (running()) {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * ratePerSecond);
    for (; sent < due; sent += 1) {
      const user = users[sent % users.length];
      if (user === undefined) return;
      const one = user.send().then(record);
      inFlight.add(one);
      void one.finally(() => inFlight.delete(one));
    }
    await pause(1);
  }
  await Promise.all(inFlight);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
