import { Session } from 'node:inspector/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { CPU_SAMPLE_MICROSECONDS, HEAP_SAMPLE_BYTES, PROFILES_MAX } from './limits.ts';

/** `cpu`: where time goes. `heap`: what allocates the memory that is still in use; no contents of it. */
export const PROFILE_KINDS = ['cpu', 'heap'] as const;
export type ProfileKind = (typeof PROFILE_KINDS)[number];

/** Takes profiles of this process while it serves. A snapshot of the heap would stop it for seconds, and holds messages and secrets. */
export class Profiler {
  #running = 0;

  /**
   * The profile as Chrome's developer tools read it (`.cpuprofile`, `.heapprofile`). `busy`: one is being taken. It ends
   * early with the signal, and the answer is null.
   */
  async take(
    kind: ProfileKind,
    seconds: number,
    signal: AbortSignal,
  ): Promise<object | 'busy' | null> {
    if (this.#running >= PROFILES_MAX) return 'busy';
    this.#running += 1;
    const session = new Session();
    try {
      session.connect();
      return await TAKE[kind](session, () => waited(seconds, signal));
    } finally {
      session.disconnect();
      this.#running -= 1;
    }
  }
}

/** False: aborted. */
async function waited(seconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(seconds * 1000, undefined, { signal, ref: false });
    return true;
  } catch {
    return false;
  }
}

const TAKE: Readonly<
  Record<ProfileKind, (session: Session, wait: () => Promise<boolean>) => Promise<object | null>>
> = {
  cpu: async (session, wait) => {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: CPU_SAMPLE_MICROSECONDS });
    await session.post('Profiler.start');
    if (!(await wait())) return null;
    return (await session.post('Profiler.stop')).profile;
  },
  heap: async (session, wait) => {
    await session.post('HeapProfiler.startSampling', { samplingInterval: HEAP_SAMPLE_BYTES });
    if (!(await wait())) return null;
    return (await session.post('HeapProfiler.stopSampling')).profile;
  },
};
