import { expect } from '@playwright/test';
import type { RunningSystem } from './system.ts';

const REPAIR_LIMIT_MS = 60_000;

/** Breaks parts of the shared system for one journey; `repair` brings all of them back. */
export class Faults {
  readonly #system: RunningSystem;
  readonly #broken = new Map<string, 'start' | 'resume'>();

  constructor(system: RunningSystem) {
    this.#system = system;
  }

  /** `pause` freezes a process: its connections stay open, and nothing is answered. */
  async break(action: 'kill' | 'stop' | 'pause', part: string): Promise<void> {
    // Recorded first: what was broken in part is repaired, too.
    this.#broken.set(part, action === 'pause' ? 'resume' : 'start');
    await this.#system.control(action, part);
  }

  async mend(part: string): Promise<void> {
    const how = this.#broken.get(part);
    if (how === undefined) return;
    await this.#system.control(how, part);
    this.#broken.delete(part);
    await this.#untilReady(part);
  }

  async repair(): Promise<void> {
    for (const part of [...this.#broken.keys()]) await this.mend(part);
  }

  #untilReady(part: string): Promise<void> {
    const { nodeUrls, agentUrl } = this.#system;
    const node = /^n(\d)$/.exec(part);
    // A node is ready once its log is up to date; Postgres is asked for through the nodes' own archive.
    const urls =
      node === null
        ? part === 'agent'
          ? [`${agentUrl}/health`]
          : []
        : [`${nodeUrls[Number(node[1]) - 1]}/health/ready`];
    return expect
      .poll(() => Promise.all(urls.map(answers)), { timeout: REPAIR_LIMIT_MS })
      .toEqual(urls.map(() => true));
  }
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  await response?.body?.cancel();
  return response?.ok === true;
}
