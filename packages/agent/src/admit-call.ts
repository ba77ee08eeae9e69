import { type AgentCall, AgentCallError, parseCall } from './call.ts';
import {
  secretKeys,
  verifyWebhook,
  type WebhookHeaders,
  WebhookVerificationError,
} from './verify.ts';

/** `whsec_<base64>`, several while one is being rotated; null: anybody may call, for a machine of your own. */
export type AgentSecret = string | readonly string[] | null;

export type Admission =
  | { readonly ok: true; readonly call: AgentCall }
  | { readonly ok: false; readonly status: 400 | 401; readonly detail: string };

/** Throws a TypeError for a secret that is missing or none, so that the agent does not start without it. */
export function checkSecret(secret: AgentSecret | undefined): void {
  if (secret === undefined) {
    throw new TypeError(
      'the agent has no webhook secret; FleetLM shows it when the agent is registered. `secret: null` answers unsigned calls too',
    );
  }
  if (secret !== null) secretKeys(secret);
}

/** Admits a call that is signed and that can be read; else the status and text to answer it with. */
export function admitCall(
  secret: AgentSecret,
  headers: WebhookHeaders,
  body: Uint8Array,
): Admission {
  try {
    if (secret !== null) verifyWebhook({ secret, headers, body });
    return { ok: true, call: parseCall(body) };
  } catch (error) {
    if (error instanceof WebhookVerificationError)
      return { ok: false, status: 401, detail: error.message };
    if (error instanceof AgentCallError) return { ok: false, status: 400, detail: error.message };
    throw error;
  }
}
