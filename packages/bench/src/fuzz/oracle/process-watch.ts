import type { RigNode } from '../../torture/rig/cluster.ts';
import { pause } from '../../torture/rig/wait-until.ts';
import type { CaseLog } from './case-log.ts';
import type { Findings } from './findings.ts';

const READY_LIMIT_MS = 60_000;
const POLL_EVERY_MS = 250;
const SUSPECTS_MAX = 12;

/** Reports every process that ends by itself, and starts it again so that the run goes on. */
export class ProcessWatch {
  readonly #nodes: readonly RigNode[];
  readonly #findings: Findings;
  readonly #cases: CaseLog;
  readonly #onChange: () => void;
  #endsExpected = false;
  #returning = new Set<Promise<void>>();

  /** `onChange`: processes have other ids now. */
  constructor(nodes: readonly RigNode[], findings: Findings, cases: CaseLog, onChange: () => void) {
    this.#nodes = nodes;
    this.#findings = findings;
    this.#cases = cases;
    this.#onChange = onChange;
    for (const node of nodes) node.process.onEnd = (ending) => this.#ended(node, ending);
  }

  #ended(
    node: RigNode,
    ending: { readonly code: number | null; readonly signal: string | null },
  ): void {
    if (this.#endsExpected) return;
    const nowMs = performance.timeOrigin + performance.now();
    const suspects = this.#cases.between(nowMs - 5_000, nowMs).slice(0, SUSPECTS_MAX);
    this.#findings.add(
      'process-ended',
      `${node.id} ended with ${ending.code ?? ending.signal}: ${node.process.lastWords.slice(-300)}`,
      suspects,
      suspects[0]?.name ?? 'nothing was played',
    );
    const back = this.#startAgain(node, suspects);
    this.#returning.add(back);
    void back.finally(() => this.#returning.delete(back));
  }

  async #startAgain(node: RigNode, suspects: Parameters<Findings['add']>[2]): Promise<void> {
    node.process.start();
    this.#onChange();
    if (!(await readyWithin(node, READY_LIMIT_MS)))
      this.#findings.add(
        'not-ready',
        `${node.id} was not ready within 60 s of its end`,
        suspects,
        node.id,
      );
  }

  /** Resolves when every node that ended was given its time to come back. */
  async settled(): Promise<void> {
    await Promise.all(this.#returning);
  }

  /** Stops all nodes and starts them again; the answer is whether all were ready in time. */
  async restartAll(): Promise<boolean> {
    this.#endsExpected = true;
    try {
      await Promise.all(this.#nodes.map((node) => node.process.kill('SIGTERM')));
      for (const node of this.#nodes) node.process.start();
    } finally {
      this.#endsExpected = false;
    }
    this.#onChange();
    const ready = await Promise.all(
      this.#nodes.map(async (node) => ({ node, isReady: await readyWithin(node, READY_LIMIT_MS) })),
    );
    for (const { node, isReady } of ready)
      if (!isReady)
        this.#findings.add(
          'not-ready',
          `${node.id} was not ready within 60 s of a restart of all nodes`,
          [],
          `restart ${node.id}`,
        );
    return ready.every(({ isReady }) => isReady);
  }

  close(): void {
    this.#endsExpected = true;
  }
}

async function readyWithin(node: RigNode, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    if (await node.process.isReady()) return true;
    await pause(POLL_EVERY_MS);
  }
  return false;
}
