import { decodeTime } from 'ulid';
import type { BlobKey, BlobSession, KeptBlob, KeptBlobs } from './blob.ts';

/** What became of a conversation; `unknown`: that can't be found out now. */
export type SessionFate = 'alive' | 'gone' | 'unknown';

export interface BlobSweeperPorts {
  readonly kept: KeptBlobs;
  readonly orphanMs: number;
  readonly sweepMs: number;
  readonly fateOf: (sessionId: string) => Promise<SessionFate>;
  /** Whether a message behind `afterSeq` refers to the file. Null: the messages can't be read now. */
  readonly isReferenced: (key: BlobKey, afterSeq: number) => Promise<boolean | null>;
  /** Copies what this node should hold and lacks; `isWanted` decides about each. Null: the store looks after that itself. */
  readonly repair: ((isWanted: (key: BlobKey) => Promise<boolean>) => Promise<void>) | null;
  /** Files of groups that this node has no replica of any more; true: enough others have this one. */
  readonly mayGo: (key: BlobKey) => Promise<boolean>;
  readonly wallClockMs: () => number;
  readonly onError: (error: unknown) => void;
  readonly setTimer: (work: () => void, ms: number) => NodeJS.Timeout;
}

/** A group came to this node: what belongs to it is copied soon. */
const SOON_MS = 2_000;

/**
 * Decides from the log alone which files stay: those of conversations that are there, and that a message refers to or that
 * are young. Every node does so with what is on its own disk, so a node that was down while something was erased deletes it
 * when it is back.
 */
export class BlobSweeper {
  readonly #ports: BlobSweeperPorts;
  #timer: NodeJS.Timeout | null = null;
  #isRunning = false;
  #isStopped = false;
  #isWantedSoon = false;

  constructor(ports: BlobSweeperPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#later(this.#soonMs());
  }

  groupGained(): void {
    this.#isWantedSoon = true;
    if (!this.#isRunning && this.#timer !== null) this.#later(this.#soonMs());
  }

  /** A pass under way ends with the file that it looks at; nothing has to be waited for. */
  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** One pass over everything here. Never rejects. */
  async sweep(): Promise<void> {
    const { kept, repair, onError } = this.#ports;
    try {
      for await (const blobs of kept.sessions()) {
        if (this.#isStopped) return;
        await this.#sweepSession(blobs);
      }
      if (!this.#isStopped) await repair?.((key) => this.#isWanted(key));
    } catch (error) {
      // What could not be looked at is looked at in the next pass.
      onError(error);
    }
  }

  #soonMs(): number {
    return Math.min(SOON_MS, this.#ports.sweepMs);
  }

  #later(ms: number): void {
    if (this.#isStopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = this.#ports.setTimer(() => {
      this.#isWantedSoon = false;
      this.#isRunning = true;
      void this.sweep().then(() => {
        this.#isRunning = false;
        this.#later(this.#isWantedSoon ? this.#soonMs() : this.#ports.sweepMs);
      });
    }, ms);
    this.#timer.unref();
  }

  async #sweepSession(blobs: readonly [KeptBlob, ...KeptBlob[]]): Promise<void> {
    try {
      await this.#judgeSession(blobs);
    } catch (error) {
      // One conversation whose files can't be looked at keeps no other from it.
      this.#ports.onError(error);
    }
  }

  async #judgeSession(blobs: readonly [KeptBlob, ...KeptBlob[]]): Promise<void> {
    const { kept, fateOf } = this.#ports;
    const session = sessionOf(blobs[0].key);
    const fate = await fateOf(session.sessionId);
    if (fate === 'gone') await kept.removeSession(session);
    if (fate !== 'alive') return;
    for (const { key, isReferenced } of blobs) {
      if (this.#isStopped) return;
      if (await this.#ports.mayGo(key)) await kept.remove(key);
      else if (!isReferenced) await this.#judge(key);
    }
  }

  /** A file of which it is not known whether a message refers to it. */
  async #judge(key: BlobKey): Promise<void> {
    const { kept, orphanMs, wallClockMs } = this.#ports;
    const record = await kept.record(key);
    if (record === null || record.insertedAtMs + orphanMs > wallClockMs()) return;
    const isReferenced = await this.#ports.isReferenced(key, record.afterSeq);
    if (isReferenced === true) await kept.markReferenced(key);
    if (isReferenced === false) await kept.remove(key);
  }

  /** Whether a file that another node has, and this one lacks, would stay here. Unknown is no: the next pass asks again. */
  async #isWanted(key: BlobKey): Promise<boolean> {
    if (this.#isStopped || (await this.#ports.fateOf(key.sessionId)) !== 'alive') return false;
    const { orphanMs, wallClockMs } = this.#ports;
    // The id holds when its upload began.
    if (decodeTime(key.blobId) + orphanMs > wallClockMs()) return true;
    return (await this.#ports.isReferenced(key, 0)) === true;
  }
}

function sessionOf({ userKey, sessionId }: BlobKey): BlobSession {
  return { userKey, sessionId };
}
