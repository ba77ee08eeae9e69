import { answerCheckpoint, CHECKPOINT_BYTES_MAX } from '@fleetlm/conversation';
import type { Session } from '../../ports.ts';
import type { Chunk, DispatchPorts } from '../dispatch-api.ts';
import { CHECKPOINT_EXCEPTIONS_MAX } from '../dispatch-limits.ts';
import { encodeSegment } from './answer-checkpoint.ts';
import { CompactChunks } from './compact-chunks.ts';

/** An answer is checkpointed at most twice a second. */
export const CHECKPOINT_EVERY_MS = 500;

export interface CheckpointerOptions {
  readonly group: number;
  /** Of the state: its checkpoint is what the next piece continues. */
  readonly session: Session;
  readonly epoch: number;
  readonly attempt: number;
  readonly ports: Pick<DispatchPorts, 'propose' | 'wallClockMs' | 'onError'>;
}

/** Takes an answer in progress down in the log, piece by piece, so that it outlives this node. */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  /** Shown and not yet checkpointed, in order; the first has index `#from`. */
  #pending: Chunk[] = [];
  #from = 0;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #isOver = false;
  #written = 0;
  /** In a row. */
  #exceptions = 0;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
  }

  /** Pieces that were checkpointed. */
  get written(): number {
    return this.#written;
  }

  shown(chunk: Chunk): void {
    if (this.#isOver) return;
    this.#pending.push(chunk);
    this.#timer ??= setTimeout(() => this.#due(), CHECKPOINT_EVERY_MS);
  }

  /** What is pending is checkpointed now, once; nothing after it. */
  async finish(): Promise<void> {
    if (this.#isOver) return;
    await this.#writing;
    await this.#write();
    this.end();
  }

  end(): void {
    this.#isOver = true;
    this.#pending = [];
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #due(): void {
    this.#writing = this.#write()
      .then(
        () => {
          this.#exceptions = 0;
        },
        (error: unknown) => {
          this.#options.ports.onError(error);
          this.#exceptions += 1;
          if (this.#exceptions >= CHECKPOINT_EXCEPTIONS_MAX) this.end();
        },
      )
      .then(() => {
        this.#writing = null;
        this.#timer = null;
        if (!this.#isOver && this.#pending.length > 0)
          this.#timer = setTimeout(() => this.#due(), CHECKPOINT_EVERY_MS);
      });
  }

  async #write(): Promise<void> {
    this.#dropCheckpointed();
    if (this.#isOver || this.#pending.length === 0) return;
    const { group, session, epoch, attempt, ports } = this.#options;
    const fromIndex = this.#from;
    const toIndex = fromIndex + this.#pending.length;
    const chunks = encodeSegment(new CompactChunks(this.#pending).chunks);
    // More than a checkpoint may have, let alone an entry of the log: the checkpoint stays as it is.
    if (chunks.length > CHECKPOINT_BYTES_MAX) {
      this.end();
      return;
    }
    const outcome = await ports.propose(group, {
      type: 'checkpoint-answer',
      sessionId: session.id,
      epoch,
      attempt,
      fromIndex,
      toIndex,
      chunks,
      timeMs: ports.wallClockMs(),
    });
    // Not applied: the next piece takes this one along, or finds it checkpointed after all.
    if (outcome.status !== 'ok') return;
    // The epoch has moved on, or no more is taken: the checkpoint stays as it is.
    if (outcome.value.type === 'refused') this.end();
    else {
      this.#written += 1;
      this.#dropCheckpointed();
    }
  }

  /** The state has the checkpoint, also of a proposal whose outcome was not known. */
  #dropCheckpointed(): void {
    const checkpoint = answerCheckpoint(this.#options.session);
    const index = checkpoint?.attempt === this.#options.attempt ? checkpoint.index : 0;
    this.#pending = this.#pending.slice(Math.max(0, index - this.#from));
    this.#from = Math.max(this.#from, index);
  }
}
