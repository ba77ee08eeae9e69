import type { Payload } from './commands.ts';

/** `{}`: most sessions have none. */
export const NO_METADATA: Payload = new Uint8Array([0x7b, 0x7d]);
