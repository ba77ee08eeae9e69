import * as z from 'zod';

/** A founding member of a cluster. Its number is its replica id in every group and is never given away again. */
export interface MemberNode {
  readonly number: number;
  readonly nodeId: string;
  /** Of its data directory: a wiped directory has another one and is not this member. */
  readonly incarnation: string;
  /** Mesh address as the member was called when the cluster was founded. */
  readonly host: string;
  readonly port: number;
}

/** What all nodes of a cluster know of it; fixed when it is founded. */
export interface ClusterDescriptor {
  readonly clusterId: string;
  readonly groups: number;
  readonly replicas: number;
  /** Ascending by number. */
  readonly nodes: readonly MemberNode[];
}

const VERSION = 1;

const memberSchema = z.strictObject({
  number: z.int().min(1),
  nodeId: z.string().min(1),
  incarnation: z.string().min(1),
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
});

export const descriptorSchema = z.strictObject({
  version: z.literal(VERSION),
  clusterId: z.string().min(1),
  groups: z.int().min(1).max(256),
  replicas: z.int().min(1),
  nodes: z.array(memberSchema).min(1),
});

/** The durable and the wire form. */
export function encodeDescriptor(descriptor: ClusterDescriptor): z.output<typeof descriptorSchema> {
  return { version: VERSION, ...descriptor, nodes: [...descriptor.nodes] };
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

/** Throws RangeError: only members get past the handshake. */
export function numberOf(descriptor: ClusterDescriptor, nodeId: string): number {
  const member = memberOf(descriptor, nodeId);
  if (member === null) throw new RangeError(`${nodeId} is no node of this cluster`);
  return member.number;
}
