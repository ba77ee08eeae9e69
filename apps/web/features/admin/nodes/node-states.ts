import type { NodeState } from '@fleetlm/client/admin';

/** Glyph, word and colour: never colour alone. */
export const NODE_STATES: Readonly<
  Record<NodeState, { readonly glyph: string; readonly word: string; readonly colour: string }>
> = {
  up: { glyph: '●', word: 'up', colour: 'text-ok' },
  down: { glyph: '✕', word: 'down', colour: 'text-critical' },
  unknown: { glyph: '?', word: 'unknown', colour: 'text-muted' },
};
