import { History, type ScenarioId, scenarioOf } from '@fleetlm/raft/playground';
import type { PageMessage, SceneParts, WorkerMessage } from './protocol.ts';

/** A frame after a long pause of the machine does not jump further than this. */
const FRAME_MS_MAX = 100;

/** The worker's inside: plays a scenario and posts what has changed. It has no clock of its own. */
export class PlaygroundRunner {
  readonly #post: (message: WorkerMessage) => void;
  #history: History | null = null;
  /** 0: standing still. */
  #speed = 0;
  /** Of virtual time: what frames have not made into a whole millisecond yet. */
  #restMs = 0;
  /** Each part as it was last posted. */
  readonly #posted = new Map<string, string>();

  constructor(post: (message: WorkerMessage) => void) {
    this.#post = post;
  }

  receive(message: PageMessage): void {
    this.#guarded(() => this.#receive(message));
  }

  /** Time of the world has passed. */
  frame(elapsedMs: number): void {
    const history = this.#history;
    if (history === null || this.#speed === 0) return;
    this.#guarded(() => {
      const virtualMs = Math.min(elapsedMs, FRAME_MS_MAX) * this.#speed + this.#restMs;
      const ms = Math.floor(virtualMs);
      this.#restMs = virtualMs - ms;
      if (ms === 0 || history.playground.isOver) return;
      history.do({ type: 'run', ms });
      this.#postFrame(history);
    });
  }

  #receive(message: PageMessage): void {
    switch (message.type) {
      case 'load':
        this.#load(message.scenario);
        return;
      case 'play':
        this.#speed = message.speed;
        return;
      case 'pause':
        this.#speed = 0;
        return;
      case 'do':
        this.#history?.do(message.command);
        break;
      case 'undo':
        this.#history?.undo();
        break;
      default:
        message satisfies never;
    }
    if (this.#history !== null) this.#postFrame(this.#history);
  }

  #load(id: ScenarioId): void {
    const { setup, prelude } = scenarioOf(id);
    this.#speed = 0;
    this.#restMs = 0;
    this.#history = new History(setup, prelude);
    this.#postFrame(this.#history);
  }

  #postFrame(history: History): void {
    const { nowMs, timers, ...parts } = history.playground.view();
    this.#post({
      type: 'frame',
      nowMs,
      timers,
      parts: this.#changed({ ...parts, canUndo: history.canUndo }),
    });
  }

  #changed(parts: SceneParts): Partial<SceneParts> {
    const entries = Object.entries(parts).filter(([name, part]) => {
      const text = JSON.stringify(part);
      if (this.#posted.get(name) === text) return false;
      this.#posted.set(name, text);
      return true;
    });
    return Object.fromEntries(entries);
  }

  /** What the core throws ends the scene, and is shown. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#history = null;
      this.#speed = 0;
      this.#post({ type: 'fault', detail: error instanceof Error ? error.message : String(error) });
    }
  }
}
