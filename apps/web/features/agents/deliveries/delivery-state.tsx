import type { AttemptState, DeliveryState as State } from '@fleetlm/protocol';
import clsx from 'clsx';

interface Look {
  readonly word: string;
  readonly glyph: string;
  readonly colour: string;
}

export const STATE_LOOKS: Readonly<Record<State | AttemptState, Look>> = {
  delivered: { word: 'answered', glyph: '●', colour: 'text-ok' },
  broken_off: { word: 'interrupted', glyph: '◐', colour: 'text-warn' },
  pending: { word: 'retrying', glyph: '◌', colour: 'text-warn' },
  failed: { word: 'failed', glyph: '✕', colour: 'text-critical' },
  stopped: { word: 'stopped', glyph: '■', colour: 'text-muted' },
};

/** Glyph, word and colour, never colour alone. */
export function DeliveryState({ state }: { readonly state: State | AttemptState }) {
  const { word, glyph, colour } = STATE_LOOKS[state];
  return (
    <span className={clsx('whitespace-nowrap', colour)}>
      <span aria-hidden>{glyph}</span> {word}
    </span>
  );
}
