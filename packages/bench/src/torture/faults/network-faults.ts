import type { RigCluster, RigNode } from '../rig/cluster.ts';
import type { LinkCounts, LinkMode, TcpProxy } from '../rig/tcp-proxy.ts';
import { pause, waitUntil } from '../rig/wait-until.ts';
import { between } from '../seeded-random.ts';
import { type ActiveFault, type FaultStage, type Performer, type Proof, proofOf } from './fault.ts';

const READY_LIMIT_MS = 60_000;
/** Nodes that another fault keeps down never call. */
const IN_USE_LIMIT_MS = 15_000;

/** What one node says to another. */
function meshLink(from: RigNode | undefined, to: RigNode | undefined): TcpProxy {
  const link = to === undefined ? undefined : from?.meshLinks.get(to.id);
  if (link === undefined) throw new Error('the fault needs two nodes that are linked');
  return link;
}

/** Between the first node of the plan and the second, both ways. */
function bothWays([first, second]: readonly RigNode[]): readonly TcpProxy[] {
  return [meshLink(first, second), meshLink(second, first)];
}

/** Everything that the first node sends and receives. */
function allLinks(stage: FaultStage): readonly TcpProxy[] {
  return linksOf(stage.nodes[0], stage.cluster);
}

export function linksOf(node: RigNode | undefined, cluster: RigCluster): readonly TcpProxy[] {
  return cluster.members.flatMap((other) =>
    other.id === node?.id ? [] : [meshLink(node, other), meshLink(other, node)],
  );
}

function sum(links: readonly TcpProxy[], of: keyof LinkCounts): number {
  return links.reduce((total, { counts }) => total + counts[of], 0);
}

/** Sets a mode until it is healed; the proof is a count of the links that grew. */
async function during(
  stage: FaultStage,
  links: readonly TcpProxy[],
  mode: LinkMode,
  count: keyof LinkCounts,
  what: string,
): Promise<ActiveFault> {
  await inUse(links);
  const before = sum(links, count);
  for (const link of links) link.setMode(mode);
  return {
    heal: async () => {
      for (const link of links) link.heal();
      await allReady(stage);
    },
    proof: (): Proof => {
      const grown = sum(links, count) - before;
      return proofOf(grown > 0, `${grown} ${what}`);
    },
  };
}

/** After an earlier fault the nodes may not have called each other yet: what carries nothing has nothing to lose. */
async function inUse(links: readonly TcpProxy[]): Promise<void> {
  const before = sum(links, 'bytesPassed');
  const deadline = performance.now() + IN_USE_LIMIT_MS;
  while (sum(links, 'bytesPassed') === before && performance.now() < deadline) await pause(50);
}

async function allReady({ cluster }: FaultStage): Promise<void> {
  await waitUntil(
    async () =>
      (await Promise.all(cluster.members.map(({ process }) => isUp(process)))).every(Boolean),
    READY_LIMIT_MS,
    () => 'after a fault of the network not every node became ready again',
  );
}

/** Nodes that another fault of the same round keeps down are not waited for. */
async function isUp(process: RigNode['process']): Promise<boolean> {
  return process.pid === null || process.state === 'T' || process.isReady();
}

export const meshDelay: Performer = async (stage) => {
  const milliseconds = between(20, 300, stage.random);
  return during(
    stage,
    bothWays(stage.nodes),
    { type: 'delay', milliseconds, jitter: milliseconds },
    'bytesDelayed',
    `bytes came ${milliseconds} to ${2 * milliseconds} ms later`,
  );
};

export const meshOneWay: Performer = async (stage) =>
  during(
    stage,
    [meshLink(stage.nodes[0], stage.nodes[1])],
    { type: 'discard' },
    'bytesDiscarded',
    'bytes of one direction were thrown away',
  );

export const meshFreeze: Performer = async (stage) =>
  during(stage, bothWays(stage.nodes), { type: 'freeze' }, 'frozen', 'connections were frozen');

export const meshIsolate: Performer = async (stage) =>
  during(
    stage,
    allLinks(stage),
    { type: 'discard' },
    'bytesDiscarded',
    'bytes from and to one node were thrown away',
  );

/** Again and again while it lasts. */
function repeatedly(
  stage: FaultStage,
  links: readonly TcpProxy[],
  act: (link: TcpProxy) => void,
  count: keyof LinkCounts,
  what: string,
): ActiveFault {
  const before = sum(links, count);
  for (const link of links) act(link);
  const timer = setInterval(
    () => {
      for (const link of links) act(link);
    },
    between(200, 1_500, stage.random),
  );
  return {
    heal: async () => {
      clearInterval(timer);
      for (const link of links) link.heal();
      await allReady(stage);
    },
    proof: () => {
      const grown = sum(links, count) - before;
      return proofOf(grown > 0, `${grown} ${what}`);
    },
  };
}

export const meshReset: Performer = async (stage) =>
  repeatedly(stage, allLinks(stage), (link) => link.reset(), 'reset', 'connections were reset');

export const meshCut: Performer = async (stage) =>
  repeatedly(
    stage,
    bothWays(stage.nodes),
    (link) => link.setMode({ type: 'cut' }),
    'cut',
    'frames were cut in half',
  );

export const meshCorrupt: Performer = async (stage) =>
  repeatedly(
    stage,
    bothWays(stage.nodes),
    (link) => link.setMode({ type: 'corrupt' }),
    'corrupted',
    'bytes were changed on their way',
  );

function clientLinks(nodes: readonly RigNode[]): readonly TcpProxy[] {
  return nodes.map(({ clientLink }) => clientLink);
}

export const clientReset: Performer = async (stage) =>
  repeatedly(
    stage,
    clientLinks(stage.nodes),
    (link) => link.reset(),
    'reset',
    'connections of clients were reset',
  );

export const clientFreeze: Performer = async (stage) =>
  during(
    stage,
    clientLinks(stage.nodes),
    { type: 'freeze' },
    'frozen',
    'connections of clients were frozen',
  );

export const clientDelay: Performer = async (stage) => {
  const milliseconds = between(20, 400, stage.random);
  return during(
    stage,
    clientLinks(stage.nodes),
    { type: 'delay', milliseconds, jitter: milliseconds },
    'bytesDelayed',
    `bytes of clients came ${milliseconds} to ${2 * milliseconds} ms later`,
  );
};
