import * as z from 'zod';
import type { TermFact } from '../checker/run-record.ts';
import type { RigNode } from '../rig/cluster.ts';
import { pause } from '../rig/wait-until.ts';
import type { RestClient } from '../workload/rest-client.ts';

const EVERY_MS = 1_000;
const LIMIT_MS = 2_000;
const FACTS_MAX = 500_000;

const clusterShape = z.object({
  groups: z.array(
    z.object({
      group: z.number(),
      replicas: z.array(
        z.object({ node_id: z.string(), role: z.string(), term: z.number().nullable() }),
      ),
    }),
  ),
});

/** Asks every node once a second what its own replicas are, and keeps what changed. */
export class TermWatch {
  readonly facts: TermFact[] = [];
  readonly #nodes: readonly RigNode[];
  readonly #rest: RestClient;
  readonly #newest = new Map<string, string>();
  /** How often a replica that had been there was not there any more. */
  readonly #left = new Map<string, number>();
  readonly #held = new Set<string>();
  #running: Promise<void> | null = null;
  #stop = false;

  constructor(nodes: readonly RigNode[], rest: RestClient) {
    this.#nodes = nodes;
    this.#rest = rest;
  }

  start(): void {
    this.#stop = false;
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop = true;
    await this.#running;
    this.#running = null;
  }

  async #run(): Promise<void> {
    while (!this.#stop) {
      await Promise.all(this.#nodes.map((node) => this.#ask(node)));
      await pause(EVERY_MS);
    }
  }

  async #ask({ id, process }: RigNode): Promise<void> {
    if (process.pid === null) return;
    const boot = process.starts;
    const end = await this.#rest.call(
      process.url,
      { method: 'GET', path: '/api/admin/cluster', limitMs: LIMIT_MS },
      clusterShape,
    );
    // An answer of a process that is gone says nothing of the one that is there now.
    if (end.type !== 'answer' || process.starts !== boot) return;
    const atMs = performance.now();
    const lives = process.lives;
    for (const { group, replicas } of end.value.groups) {
      // Of the others it only repeats what they reported some time ago.
      const own = replicas.find(({ node_id }) => node_id === id);
      const key = `${id} ${group}`;
      if (own === undefined && this.#held.delete(key))
        this.#left.set(key, (this.#left.get(key) ?? 0) + 1);
      if (own === undefined || own.term === null || this.facts.length >= FACTS_MAX) continue;
      const isLeader = own.role === 'leader';
      this.#held.add(key);
      const life = `${lives}.${this.#left.get(key) ?? 0}`;
      const state = `${life} ${boot} ${own.term} ${isLeader}`;
      if (this.#newest.get(key) === state) continue;
      this.#newest.set(key, state);
      this.facts.push({ node: id, life, boot, group, term: own.term, isLeader, atMs });
    }
  }
}
