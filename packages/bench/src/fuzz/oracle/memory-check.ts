import { pause } from '../../torture/rig/wait-until.ts';
import type { StageNode } from '../drive/stage.ts';
import type { Findings } from './findings.ts';

export interface NodeMemory {
  readonly rssMb: number;
  readonly heapMb: number;
}

const SETTLE_LIMIT_MS = 60_000;
const POLL_EVERY_MS = 2_000;
/** What comes on top of the base: what honest and hostile sessions hold, and what a collector keeps in reserve. */
const HEAP_FACTOR_MAX = 2;
const HEAP_ROOM_MB = 96;
/** Of the nodes of a campaign: hostile inputs reach it within minutes, and memory has to stay there from then on. */
export const HOT_MB = 128;
/**
 * What a node may hold by its own bounds: hot sessions, entries of the log (128 MiB), answers in progress (128), live answers
 * (64), deliveries (32). An allocator wastes as much as half of it again.
 */
const RSS_ROOM_MB = 1.5 * (HOT_MB + 128 + 128 + 64 + 32);

/** Memory of every node when nothing hostile has happened yet, and whether it comes back to that afterwards. */
export class MemoryCheck {
  readonly #nodes: readonly StageNode[];
  readonly #findings: Findings;
  #base = new Map<string, NodeMemory>();

  constructor(nodes: readonly StageNode[], findings: Findings) {
    this.#nodes = nodes;
    this.#findings = findings;
  }

  async takeBase(): Promise<void> {
    for (const node of this.#nodes) {
      const memory = await memoryOf(node.url);
      if (memory !== null) this.#base.set(node.id, memory);
    }
  }

  /** Waits until every node is back at its base, for a minute at most. */
  async settle(): Promise<void> {
    const deadline = performance.now() + SETTLE_LIMIT_MS;
    for (;;) {
      const over: string[] = [];
      for (const node of this.#nodes) {
        const base = this.#base.get(node.id);
        const memory = await memoryOf(node.url);
        if (base !== undefined && (memory === null || isAbove(memory, base)))
          over.push(
            `${node.id}: ${memory === null ? 'no answer' : describe(memory)}, base ${describe(base)}`,
          );
      }
      if (over.length === 0) return;
      if (performance.now() > deadline) {
        this.#findings.add('memory', over.join('; '), [], 'after a minute');
        return;
      }
      await pause(POLL_EVERY_MS);
    }
  }
}

export function isAbove(memory: NodeMemory, base: NodeMemory): boolean {
  return (
    memory.heapMb > base.heapMb * HEAP_FACTOR_MAX + HEAP_ROOM_MB ||
    memory.rssMb > base.rssMb + RSS_ROOM_MB
  );
}

function describe({ rssMb, heapMb }: NodeMemory): string {
  return `${rssMb} MB resident, ${heapMb} MB heap`;
}

async function memoryOf(url: string): Promise<NodeMemory | null> {
  try {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
    const text = await response.text();
    return {
      rssMb: megabytes(text, 'process_resident_memory_bytes'),
      heapMb: megabytes(text, 'nodejs_heap_size_used_bytes'),
    };
  } catch {
    return null;
  }
}

function megabytes(metrics: string, name: string): number {
  const line = metrics.split('\n').find((one) => one.startsWith(`${name} `));
  if (line === undefined) throw new Error(`/metrics has no ${name}`);
  return Math.round(Number(line.split(' ')[1]) / 2 ** 20);
}
