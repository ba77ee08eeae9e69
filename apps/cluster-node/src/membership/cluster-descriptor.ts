import * as z from 'zod';
import { domainFields, type FailureDomains } from './failure-domains.ts';

/** A member of a cluster. Its number is its replica id in every group and is never given away again. */
export interface MemberNode extends FailureDomains {
  readonly number: number;
  readonly nodeId: string;
  /** Of its data directory: a wiped directory has another one and is not this member. */
  readonly incarnation: string;
  /** Mesh address as the member gave it last. */
  readonly host: string;
  readonly port: number;
}

/** What all nodes of a cluster know of it. Fixed when it is founded, but for the nodes. */
export interface ClusterDescriptor {
  readonly clusterId: string;
  readonly groups: number;
  /** Copies of every group, where there are nodes enough. */
  readonly replicas: number;
  /** As the cluster was founded: the first members of its groups follow from them. */
  readonly founders: readonly MemberNode[];
  /** Ascending by number; without those that are gone. Another list after a change. */
  readonly nodes: readonly MemberNode[];
}

const VERSION = 1;

export const memberSchema = z.strictObject({
  number: z.int().min(1),
  nodeId: z.string().min(1),
  incarnation: z.string().min(1),
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  ...domainFields,
});

export const descriptorSchema = z.strictObject({
  version: z.literal(VERSION),
  clusterId: z.string().min(1),
  groups: z.int().min(1).max(256),
  replicas: z.int().min(1),
  founders: z.array(memberSchema),
  nodes: z.array(memberSchema).min(1),
});

/** The durable and the wire form. */
export function encodeDescriptor({
  clusterId,
  groups,
  replicas,
  founders,
  nodes,
}: ClusterDescriptor): z.output<typeof descriptorSchema> {
  return {
    version: VERSION,
    clusterId,
    groups,
    replicas,
    founders: [...founders],
    nodes: [...nodes],
  };
}

/** Throws a ZodError. */
export function decodeDescriptor(value: unknown): ClusterDescriptor {
  const { version: _, ...descriptor } = descriptorSchema.parse(value);
  return descriptor;
}

export function memberOf(descriptor: ClusterDescriptor, nodeId: string): MemberNode | null {
  return descriptor.nodes.find((node) => node.nodeId === nodeId) ?? null;
}

export function nodeIdOf({ nodes }: ClusterDescriptor, number: number): string | null {
  return nodes.find((node) => node.number === number)?.nodeId ?? null;
}

/** Throws RangeError: only a member opens a log. */
export function ownNumber(descriptor: ClusterDescriptor, nodeId: string): number {
  const member = memberOf(descriptor, nodeId);
  if (member === null) throw new RangeError(`${nodeId} is no node of this cluster`);
  return member.number;
}

/** The descriptor with the nodes that it has at any moment: its holders see them come and go. */
export class LiveDescriptor implements ClusterDescriptor {
  readonly clusterId: string;
  readonly groups: number;
  readonly replicas: number;
  readonly founders: readonly MemberNode[];
  #nodes: readonly MemberNode[];

  constructor(descriptor: ClusterDescriptor) {
    this.clusterId = descriptor.clusterId;
    this.groups = descriptor.groups;
    this.replicas = descriptor.replicas;
    this.founders = descriptor.founders;
    this.#nodes = descriptor.nodes;
  }

  get nodes(): readonly MemberNode[] {
    return this.#nodes;
  }

  /** False: they are the same. */
  update(nodes: readonly MemberNode[]): boolean {
    const next = [...nodes]
      .sort((a, b) => a.number - b.number)
      .map(({ number, nodeId, incarnation, host, port, zone, hostId }) => ({
        number,
        nodeId,
        incarnation,
        host,
        port,
        zone,
        hostId,
      }));
    if (JSON.stringify(next) === JSON.stringify(this.#nodes)) return false;
    this.#nodes = next;
    return true;
  }
}
