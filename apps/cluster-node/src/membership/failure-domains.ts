import * as z from 'zod';

/** Characters of the name of a zone or a host: those of a name in DNS. */
export const FAILURE_DOMAIN_LENGTH_MAX = 253;

/** What a node shares with others and may lose together with them; left out where the node has not said it. */
export interface FailureDomains {
  readonly zone?: string | undefined;
  /** The machine. */
  readonly hostId?: string | undefined;
}

export const domainFields = {
  zone: z.string().min(1).max(FAILURE_DOMAIN_LENGTH_MAX).optional(),
  hostId: z.string().min(1).max(FAILURE_DOMAIN_LENGTH_MAX).optional(),
};

/** Without what is not said: the form that is written and compared. */
export function saidDomains({ zone, hostId }: FailureDomains): FailureDomains {
  return { ...(zone === undefined ? {} : { zone }), ...(hostId === undefined ? {} : { hostId }) };
}

interface DomainNode extends FailureDomains {
  readonly number: number;
}

/** A node that has not said where it runs is taken to be alone there. */
export function hostOf({ hostId, number }: DomainNode): string {
  return hostId === undefined ? `node ${number}` : `host ${hostId}`;
}

/** Nodes without a zone are in one together: where none has any, zones decide nothing. */
export function zoneOf({ zone }: FailureDomains): string {
  return zone ?? '';
}

/**
 * As many of the nodes as are wanted, the best of which come first: two on one host only when there are fewer hosts, and of
 * the hosts that are left, one in the zone that has the fewest so far.
 */
export function spread<N extends DomainNode>(best: readonly N[], count: number): readonly N[] {
  const onHost = new Map<string, number>();
  const inZone = new Map<string, number>();
  const left = [...best];
  const chosen: N[] = [];
  while (chosen.length < count) {
    let at = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const [position, node] of left.entries()) {
      // At most as many are in a zone as are chosen: hosts always outweigh it.
      const weight =
        (onHost.get(hostOf(node)) ?? 0) * (count + 1) + (inZone.get(zoneOf(node)) ?? 0);
      if (weight >= least) continue;
      least = weight;
      at = position;
    }
    const [node] = at < 0 ? [] : left.splice(at, 1);
    if (node === undefined) break;
    chosen.push(node);
    onHost.set(hostOf(node), (onHost.get(hostOf(node)) ?? 0) + 1);
    inZone.set(zoneOf(node), (inZone.get(zoneOf(node)) ?? 0) + 1);
  }
  return chosen;
}
