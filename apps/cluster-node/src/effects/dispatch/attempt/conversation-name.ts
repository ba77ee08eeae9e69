import { METADATA_BYTES_MAX } from '@fleetlm/protocol';
import { withAutomaticTitle } from '@fleetlm/protocol/session-title';
import { isObject } from '@fleetlm/protocol/ui-stream';

/** A session's metadata with the title that its agent gave it; null: they stay as they are. */
export function metadataNamed(metadata: Uint8Array, title: string): Uint8Array | null {
  const present: unknown = JSON.parse(new TextDecoder().decode(metadata));
  const named = isObject(present) ? withAutomaticTitle(present, title, 'agent') : null;
  if (named === null) return null;
  const bytes = new TextEncoder().encode(JSON.stringify(named));
  return bytes.length > METADATA_BYTES_MAX ? null : bytes;
}
