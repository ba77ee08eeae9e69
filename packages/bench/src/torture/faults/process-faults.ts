import type { RigNode } from '../rig/cluster.ts';
import type { Ending } from '../rig/node-process.ts';
import { pause } from '../rig/wait-until.ts';
import { type Performer, proofOf } from './fault.ts';

/** Starts what is down and waits until all of it is ready. */
export async function startAgain(nodes: readonly RigNode[]): Promise<void> {
  for (const { process } of nodes) if (process.pid === null) process.start();
  await Promise.all(nodes.map(({ process }) => process.ready()));
}

/** kill -9, all at once; they come back later. */
export const killNodes: Performer = async ({ nodes, expectEnd }) => {
  for (const node of nodes) expectEnd(node);
  const endings = await Promise.all(nodes.map(({ process }) => process.kill('SIGKILL')));
  return {
    heal: () => startAgain(nodes),
    proof: () =>
      proofOf(
        endings.every(({ signal }) => signal === 'SIGKILL'),
        `ended by ${endings.map(({ signal }) => signal).join(', ')}`,
      ),
  };
};

const STOP_LIMIT_MS = 10_000;

/** SIGTERM: a rolling restart of one node. It has to end by itself, with 0, within its 10 seconds. */
export const stopNodes: Performer = async ({ nodes, expectEnd }) => {
  for (const node of nodes) expectEnd(node);
  const startedAt = performance.now();
  const endings = await Promise.all(nodes.map(({ process }) => process.kill('SIGTERM')));
  const tookMs = Math.round(performance.now() - startedAt);
  const wrong = endings.filter(({ code }) => code !== 0);
  return {
    heal: () => startAgain(nodes),
    proof: () => ({
      effective: true,
      detail: `ended with ${describe(endings)} after ${tookMs} ms`,
      broken:
        wrong.length > 0
          ? `after SIGTERM it ended with ${describe(wrong)}`
          : tookMs > STOP_LIMIT_MS
            ? `stopping took ${tookMs} ms`
            : null,
    }),
  };
};

/** SIGSTOP and SIGCONT: alive, and silent. */
export const pauseNodes: Performer = async ({ nodes }) => {
  await Promise.all(nodes.map(({ process }) => process.stopInPlace()));
  let stopped = 0;
  return {
    heal: async () => {
      stopped = nodes.filter(({ process }) => process.state === 'T').length;
      for (const { process } of nodes) process.continue();
      await Promise.all(nodes.map(({ process }) => process.ready()));
    },
    proof: () =>
      proofOf(stopped === nodes.length, `${stopped} of ${nodes.length} were stopped to the end`),
  };
};

/** Waits for a process to end by itself; null: it did not. */
export async function endingWithin(node: RigNode, limitMs: number): Promise<Ending | null> {
  return Promise.race([node.process.ending, pause(limitMs).then(() => null)]);
}

export function describe(endings: readonly Ending[]): string {
  return endings.map(({ code, signal }) => signal ?? `code ${code}`).join(', ');
}
