import {
  AGENT_ADAPTERS,
  AGENT_DEFAULTS,
  type AgentAdapterName,
  agentSettingsSchema,
  createAgentSchema,
} from '@fleetlm/protocol';
import * as z from 'zod';

const fields = createAgentSchema.shape.agent.shape;

/** Where an agent is called. */
export const addressSchema = z.strictObject({
  origin_url: fields.origin_url,
  webhook_path: fields.webhook_path.unwrap(),
  adapter: fields.adapter.unwrap(),
  model: agentSettingsSchema.shape.model.unwrap(),
  api_key: agentSettingsSchema.shape.api_key.unwrap(),
});

/** What a test call of it needs: it is signed as the calls after the registration will be. */
export const testedAddressSchema = addressSchema.extend({ secret: fields.secret.unwrap() });

/** What a registration asks for; the rest of an agent is set afterwards. */
export const newAgentSchema = testedAddressSchema.extend({ id: fields.id, name: fields.name });

/** Bytes of a secret that is made here. */
const SECRET_BYTES = 32;

/** A signing secret as Standard Webhooks writes it, made in the browser: the agent can have it before it is registered. */
export function newWebhookSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

/** As a form holds it: with blanks around, and an empty path for the usual one. */
const typed = z.string().trim();
const typedAddress = {
  origin_url: typed,
  webhook_path: typed.transform((path) => (path === '' ? AGENT_DEFAULTS.webhook_path : path)),
  adapter: fields.adapter.unwrap(),
  model: typed.transform((model) => (model === '' ? null : model)),
  api_key: typed.transform((key) => (key === '' ? null : key)),
};

/** Where agents of an adapter usually are called. */
export function usualPath(adapter: AgentAdapterName): string {
  return AGENT_ADAPTERS[adapter].usualPath;
}

/** What a test call needs of what the form holds. */
export const typedAddressSchema = z
  .object({ ...typedAddress, secret: typed })
  .pipe(testedAddressSchema);
export const registrationSchema = z
  .strictObject({ ...typedAddress, id: typed, name: typed, secret: typed })
  .pipe(newAgentSchema);
export type Registration = z.input<typeof registrationSchema>;
