import ipaddr from 'ipaddr.js';
import { AGENT_INLINE_BYTES_MAX } from '../limits.ts';
import { type BlobKey, type BlobStore, blobSessionOf } from './blob.ts';
import type { BlobLinks } from './blob-links.ts';
import type { LinkOf } from './message-links.ts';

/** As long as a run may take at most. */
const LINK_MS = 3_600_000;

export interface AgentFilesPorts {
  readonly store: Pick<BlobStore, 'directLink' | 'find' | 'read'>;
  readonly links: Pick<BlobLinks, 'download'>;
  /** Where agents reach the nodes, without a slash at the end. */
  readonly publicUrl: string;
  readonly wallClockMs: () => number;
  readonly onUnavailable: (error: unknown) => void;
}

/**
 * How the files of one call are sent to an agent: by an address that is good for an hour. Where nothing outside could read from it
 * (`needsBytes`: the server takes no addresses; or it is of a private network, which models can't reach and the AI SDK does not
 * ask), small files are sent as they are, as many as fit into AGENT_INLINE_BYTES_MAX.
 */
export function agentFiles(
  ports: AgentFilesPorts,
  session: { readonly id: string; readonly userId: string },
  needsBytes: boolean,
): LinkOf {
  let left = AGENT_INLINE_BYTES_MAX;
  return async (blobId) => {
    const key = { ...blobSessionOf(session), blobId };
    const url = await linkOf(ports, key);
    if (!needsBytes && isPublic(url)) return url;
    const inline = await dataUrl(ports, key, left);
    if (inline === null) return url;
    left -= inline.bytes;
    return inline.url;
  };
}

async function linkOf(
  { store, links, publicUrl, wallClockMs }: AgentFilesPorts,
  key: BlobKey,
): Promise<string> {
  const direct = await store.directLink(key, LINK_MS / 1000);
  return direct ?? `${publicUrl}${links.download(key, wallClockMs() + LINK_MS)}`;
}

const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal)$/;

/** Whether a host is one that the internet knows. A name without a dot is one of a private network. */
export function isPublic(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host)) return ipaddr.process(host).range() === 'unicast';
  return host.includes('.') && !PRIVATE_NAME.test(host);
}

/** Null: it is larger than what is left, not there, or can't be read now. */
async function dataUrl(
  { store, onUnavailable }: AgentFilesPorts,
  key: BlobKey,
  bytesMax: number,
): Promise<{ readonly url: string; readonly bytes: number } | null> {
  try {
    const record = await store.find(key);
    if (record === null || record.bytes > bytesMax) return null;
    const pieces: Uint8Array[] = [];
    for await (const piece of store.read(key, { start: 0, end: record.bytes - 1 }))
      pieces.push(piece);
    const base64 = Buffer.concat(pieces).toString('base64');
    return { url: `data:${record.mediaType};base64,${base64}`, bytes: record.bytes };
  } catch (error) {
    // The agent is called all the same, with the address.
    onUnavailable(error);
    return null;
  }
}
