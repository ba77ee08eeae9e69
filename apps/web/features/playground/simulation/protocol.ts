import type { Command, PlaygroundView, ScenarioId } from '@fleetlm/raft/playground';

/** From the page to the worker. */
export type PageMessage =
  /** Begins a scenario, standing still. */
  | { readonly type: 'load'; readonly scenario: ScenarioId }
  | { readonly type: 'do'; readonly command: Command }
  /** How much of virtual time passes in one second: 0.1 is ten times slower than life. */
  | { readonly type: 'play'; readonly speed: number }
  | { readonly type: 'pause' }
  | { readonly type: 'undo' };

/** What is drawn, without the clock and the timers. */
export type SceneParts = Omit<PlaygroundView, 'nowMs' | 'timers'> & { readonly canUndo: boolean };

/** From the worker to the page. */
export type WorkerMessage =
  | {
      readonly type: 'frame';
      readonly nowMs: number;
      readonly timers: PlaygroundView['timers'];
      /** Only what has changed since the last frame. */
      readonly parts: Partial<SceneParts>;
    }
  /** The core has found itself in a state that can't be; nothing goes on before the next `load`. */
  | { readonly type: 'fault'; readonly detail: string };

export type Frame = Extract<WorkerMessage, { type: 'frame' }>;
