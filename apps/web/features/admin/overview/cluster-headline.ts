import type { Drain } from './cluster-drains.ts';
import type { ClusterHealth } from './cluster-health.ts';

export interface Headline {
  readonly tone: 'ok' | 'warn' | 'critical' | 'unknown';
  readonly answer: string;
  readonly reason: string;
}

/** The one question an operator has first: can I lose a node now? Missing figures are never taken for good ones. */
export function clusterHeadline(
  health: ClusterHealth,
  nodes: number,
  drains: readonly Drain[] = [],
): Headline {
  const headline = headlineOf(health, nodes);
  const words = drains.map((drain) => drainWords(drain, health.tolerance));
  return { ...headline, reason: [...words, headline.reason].join(' ') };
}

/** What was true a while ago is no answer to what holds now. */
export function outdated({ tone, answer, reason }: Headline): Headline {
  if (tone === 'unknown') return { tone, answer, reason };
  return {
    tone: 'unknown',
    answer: 'Unknown: no reports',
    reason: `Last report: “${answer}.” ${reason}`,
  };
}

function drainWords({ nodeId, isDone, toleranceAfter }: Drain, tolerance: number | null): string {
  if (isDone) return `${nodeId} is drained: it holds nothing and can be stopped.`;
  const known = (count: number | null) =>
    count === null ? 'an unknown number' : String(Math.max(0, count));
  const now = `${known(tolerance)} ${tolerance === 1 ? 'node' : 'nodes'}`;
  return `${nodeId} draining: can lose ${now} now, ${known(toleranceAfter)} after the drain.`;
}

function headlineOf(health: ClusterHealth, nodes: number): Headline {
  const { tolerance, nodesUp, nodesDown, nodesUnknown } = health;
  if (tolerance === null)
    return {
      tone: 'unknown',
      answer: 'Unknown',
      reason: 'The cluster has not reported its groups.',
    };
  if (tolerance < 0) {
    const reason = `${groups(health.withoutQuorum)} without a quorum: their conversations are blocked until a node returns.`;
    return { tone: 'critical', answer: 'No: the cluster has lost too many nodes', reason };
  }
  const partial =
    nodesUnknown.length === 0 ? '' : ` Partial: no report from ${nodesUnknown.join(', ')} yet.`;
  const up = `${nodesUp} of ${nodes} nodes are up.${partial}`;
  if (tolerance === 0) {
    if (nodes === 1)
      return { tone: 'warn', answer: 'No: a single node has no failure tolerance', reason: up };
    const why =
      nodesDown.length === 0
        ? missingWords(health.underReplicated)
        : `${nodesDown.join(', ')} ${nodesDown.length === 1 ? 'is' : 'are'} down. `;
    return {
      tone: 'warn',
      answer: 'No: every message is safe, but one more node failure stops conversations',
      reason: why + up,
    };
  }
  const led =
    health.leaderless === 0 ? '' : ` ${groups(health.leaderless)} without a leader right now.`;
  const answer = `Yes: ${tolerance === 1 ? 'one node' : `${tolerance} nodes`} can be lost now`;
  return { tone: partial === '' && led === '' ? 'ok' : 'warn', answer, reason: up + led };
}

/** All nodes are up, and there are copies too few all the same. */
function missingWords(underReplicated: number): string {
  if (underReplicated === 0) return '';
  return `${groups(underReplicated)} without all of ${underReplicated === 1 ? 'its' : 'their'} copies. `;
}

function groups(count: number): string {
  return count === 1 ? '1 group is' : `${count} groups are`;
}
