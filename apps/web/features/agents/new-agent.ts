import { AGENT_DEFAULTS, createAgentSchema } from '@fleetlm/protocol';
import * as z from 'zod';

const fields = createAgentSchema.shape.agent.shape;

/** Where an agent is called. */
export const addressSchema = z.strictObject({
  origin_url: fields.origin_url,
  webhook_path: fields.webhook_path.unwrap(),
});

/** What a registration asks for; the rest of an agent is set afterwards. */
export const newAgentSchema = addressSchema.extend({ id: fields.id, name: fields.name });

/** As a form holds it: with blanks around, and an empty path for the usual one. */
const typed = z.string().trim();
const typedAddress = {
  origin_url: typed,
  webhook_path: typed.transform((path) => (path === '' ? AGENT_DEFAULTS.webhook_path : path)),
};

/** The address alone of what the form holds. */
export const typedAddressSchema = z.object(typedAddress).pipe(addressSchema);
export const registrationSchema = z
  .strictObject({ ...typedAddress, id: typed, name: typed })
  .pipe(newAgentSchema);
export type Registration = z.input<typeof registrationSchema>;
