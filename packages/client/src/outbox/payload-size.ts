import { CONTENT_BYTES_MAX, METADATA_BYTES_MAX } from '@fleetlm/protocol/plain';
import type { JsonObject } from '@fleetlm/protocol/ui-stream';
import type { WireError } from '../wire.ts';

const encoder = new TextEncoder();

/**
 * What the cluster would refuse for its size, with the same code; null: it fits. A much larger message would not even be
 * refused: the connection is closed at the limit of a websocket's message, and every attempt after it again.
 */
export function sizeRefusal(content: JsonObject, metadata: JsonObject): WireError | null {
  return (
    refusal('content', content, CONTENT_BYTES_MAX) ??
    refusal('metadata', metadata, METADATA_BYTES_MAX)
  );
}

function refusal(name: string, value: JsonObject, bytesMax: number): WireError | null {
  const json = JSON.stringify(value);
  // A UTF-16 code unit takes at most three bytes.
  if (json.length * 3 <= bytesMax || encoder.encode(json).length <= bytesMax) return null;
  return {
    code: 'payload_too_large',
    message: `The message is too large: ${name} must have at most ${bytesMax} bytes as JSON.`,
    retryable: false,
  };
}
