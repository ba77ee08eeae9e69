import {
  AGENT_FIELD_NAMES,
  AGENT_FIELDS,
  AGENT_SECTIONS,
  type AgentBody,
  agentSettingsSchema,
  isOfferedAgentField,
  mapAgentFields,
  type OfferedAgentField,
} from '@fleetlm/protocol';
import * as z from 'zod';

type AgentSettingsChange = z.output<typeof agentSettingsSchema>;

/** What the form offers, in its order. */
export const SETTINGS: readonly OfferedAgentField[] = AGENT_FIELD_NAMES.filter(isOfferedAgentField);

/** What the form holds: text, as it was typed. */
export type FormValues = Readonly<Record<OfferedAgentField, string>>;

/** An agent's settings as text; nothing for what it does not have. */
export function valuesOf(agent: AgentBody): FormValues {
  const { adapter_options: options, ...settings } = agent;
  // The key is never shown: what is typed replaces it.
  const values = { ...settings, model: options.model, api_key: null };
  return mapAgentFields((name) =>
    isOfferedAgentField(name) ? [[name, textOf(values[name])]] : [],
  );
}

/** The settings of each section, in the order of the form. */
export const SETTINGS_BY_SECTION: readonly {
  readonly section: string;
  readonly title: string;
  readonly text: string;
  readonly names: readonly OfferedAgentField[];
}[] = Object.entries(AGENT_SECTIONS).map(([section, { title, text }]) => ({
  section,
  title,
  text,
  names: SETTINGS.filter((name) => AGENT_FIELDS[name].control.section === section),
}));

function isNumeric(name: OfferedAgentField): boolean {
  const { kind } = AGENT_FIELDS[name].type;
  return kind === 'integer' || kind === 'number';
}

/** Several texts are one a line. */
export function isLines(name: OfferedAgentField): boolean {
  return AGENT_FIELDS[name].type.kind === 'texts';
}

function textOf(value: string | number | readonly string[] | null): string {
  if (value === null) return '';
  return typeof value === 'object' ? value.join('\n') : String(value);
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The fields that differ from the agent's. What is no number is passed on as it is, so that the schema names the field. */
export function changedFields(agent: AgentBody, values: FormValues): AgentSettingsChange {
  const before = valuesOf(agent);
  const changed = SETTINGS.flatMap((name): readonly (readonly [string, unknown])[] => {
    const typed = values[name].trim();
    if (typed === before[name]) return [];
    if (isLines(name)) return [[name, linesOf(typed)]];
    const number = Number(typed);
    const isNumber = isNumeric(name) && typed !== '' && !Number.isNaN(number);
    // What must be there is not null but empty: the schema says so in those words.
    const isNone = typed === '' && AGENT_FIELDS[name].isNullable;
    return [[name, isNone ? null : isNumber ? number : typed]];
  });
  return Object.fromEntries(changed);
}

/** What the form holds, as the change of this agent that it means; what is wrong is named by the field. */
export function settingsSchema(agent: AgentBody) {
  return z
    .custom<FormValues>()
    .transform((values): z.input<typeof agentSettingsSchema> => changedFields(agent, values))
    .pipe(agentSettingsSchema);
}
