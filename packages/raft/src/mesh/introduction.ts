import type { NodeIdentity, PeerRefusal } from './mesh-api.ts';

/** How a node presents itself in the first message of either side of a handshake. */
export const PROTOCOL_VERSION = 2;
const MAGIC = [0x66, 0x6c, 0x6d] as const;
const TEXTS_AT = 6;
const TEXTS = 6;
const TEXT_BYTES_MAX = 255;

export type Introduction =
  | {
      readonly ok: true;
      readonly identity: NodeIdentity;
      /** Of a hello: the node that it is for; null: any. */
      readonly expects: string | null;
      /** Of a refusal: why. */
      readonly lane: number;
    }
  | { readonly ok: false; readonly refusal: PeerRefusal };

/**
 * kind (1), magic (3), version (1), lane or refusal (1), then six texts of at most 255 bytes, each with its length before: node,
 * incarnation, boot nonce, cluster, `host port`, expected node. The last three are empty where there is nothing to say.
 */
export function encodeIntroduction(
  kind: number,
  lane: number,
  identity: NodeIdentity,
  expects: string | null = null,
): Uint8Array {
  const bytes: number[] = [kind, ...MAGIC, PROTOCOL_VERSION, lane];
  const { nodeId, incarnation, bootNonce, clusterId, address } = identity;
  const given = address === undefined ? '' : `${address.host} ${address.port}`;
  for (const text of [nodeId, incarnation, bootNonce, clusterId ?? '', given, expects ?? '']) {
    const encoded = new TextEncoder().encode(text);
    if (encoded.length > TEXT_BYTES_MAX)
      throw new RangeError(
        `identity: more than ${TEXT_BYTES_MAX} bytes in ${text.slice(0, 20)}...`,
      );
    bytes.push(encoded.length, ...encoded);
  }
  return Uint8Array.from(bytes);
}

export function readIntroduction(kind: number, message: Uint8Array): Introduction {
  const malformed: Introduction = { ok: false, refusal: 'malformed' };
  if (message[0] !== kind || MAGIC.some((byte, at) => message[1 + at] !== byte)) return malformed;
  if (message[4] !== PROTOCOL_VERSION) return { ok: false, refusal: 'protocol-version' };
  const lane = message[5];
  const texts = readTexts(message);
  if (texts === null || lane === undefined) return malformed;
  const [nodeId, incarnation, bootNonce, clusterId, given, expects] = texts;
  const address = given === '' ? null : addressOf(given ?? '');
  if (given !== '' && address === null) return malformed;
  if (!nodeId || !incarnation || !bootNonce || clusterId === undefined) return malformed;
  return {
    ok: true,
    lane,
    expects: expects || null,
    identity: {
      nodeId,
      incarnation,
      bootNonce,
      clusterId: clusterId === '' ? null : clusterId,
      ...(address === null ? {} : { address }),
    },
  };
}

function addressOf(given: string): { readonly host: string; readonly port: number } | null {
  const [, host, digits] = /^(\S+) (\d{1,5})$/.exec(given) ?? [];
  const port = Number(digits);
  return host === undefined || !(port >= 1 && port <= 65_535) ? null : { host, port };
}

/** As many as there are, which end where the message ends. */
function readTexts(message: Uint8Array): readonly string[] | null {
  let at = TEXTS_AT;
  const texts: string[] = [];
  while (texts.length < TEXTS) {
    const length = message[at];
    if (length === undefined || at + 1 + length > message.length) return null;
    try {
      texts.push(
        new TextDecoder('utf-8', { fatal: true }).decode(message.subarray(at + 1, at + 1 + length)),
      );
    } catch (error) {
      if (error instanceof TypeError) return null;
      throw error;
    }
    at += 1 + length;
  }
  return at === message.length ? texts : null;
}
