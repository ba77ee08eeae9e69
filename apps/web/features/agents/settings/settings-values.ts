import {
  AGENT_FIELD_NAMES,
  AGENT_FIELDS,
  type AgentBody,
  isOfferedAgentField,
  mapAgentFields,
  type OfferedAgentField,
  type UpdateAgent,
  updateAgentSchema,
} from '@fleetlm/protocol';
import * as z from 'zod';

/** What the form offers, in its order. */
export const SETTINGS: readonly OfferedAgentField[] = AGENT_FIELD_NAMES.filter(isOfferedAgentField);

/** What the form holds: text, as it was typed. */
export type FormValues = Readonly<Record<OfferedAgentField, string>>;

/** An agent's settings as text; nothing for what it does not have. */
export function valuesOf(agent: AgentBody): FormValues {
  return mapAgentFields((name) => (isOfferedAgentField(name) ? [[name, textOf(agent[name])]] : []));
}

function isNumeric(name: OfferedAgentField): boolean {
  const { kind } = AGENT_FIELDS[name].type;
  return kind === 'integer' || kind === 'number';
}

function textOf(value: string | number | null): string {
  return value === null ? '' : String(value);
}

/** The fields that differ from the agent's. What is no number is passed on as it is, so that the schema names the field. */
export function changedFields(agent: AgentBody, values: FormValues): UpdateAgent['agent'] {
  const before = valuesOf(agent);
  const changed = SETTINGS.flatMap((name) => {
    const typed = values[name].trim();
    if (typed === before[name]) return [];
    const number = Number(typed);
    const isNumber = isNumeric(name) && typed !== '' && !Number.isNaN(number);
    // What must be there is not null but empty: the schema says so in those words.
    const isNone = typed === '' && AGENT_FIELDS[name].isNullable;
    return [[name, isNone ? null : isNumber ? number : typed] as const];
  });
  return Object.fromEntries(changed);
}

/** What the form holds, as the change of this agent that it means; what is wrong is named by the field. */
export function settingsSchema(agent: AgentBody) {
  return z
    .custom<FormValues>()
    .transform((values): z.input<typeof updateAgentSchema>['agent'] => changedFields(agent, values))
    .pipe(updateAgentSchema.shape.agent);
}
