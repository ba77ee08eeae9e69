import { Progress } from './progress.ts';
import { EMPTY_CONFIG, type TrackerConfig } from './tracker.ts';
import type { ConfChangeSingle, ConfChangeV2, ConfState, ReplicaId } from './types.ts';

/** A change that the configuration in force does not allow; nothing was changed. */
export class ConfChangeError extends Error {
  constructor(detail: string) {
    super(`configuration change refused: ${detail}`);
    this.name = 'ConfChangeError';
  }
}

export interface ProgressLimits {
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
}

/** A configuration and the progress of each of its replicas, to be taken over as a whole. */
export interface ConfResult {
  readonly config: TrackerConfig;
  readonly progress: Map<ReplicaId, Progress>;
}

interface Draft {
  incoming: Set<ReplicaId>;
  outgoing: Set<ReplicaId>;
  learners: Set<ReplicaId>;
  learnersNext: Set<ReplicaId>;
  autoLeave: boolean;
  progress: Map<ReplicaId, Progress>;
}

/**
 * Computes the next configuration (Raft thesis, section 4.3; joint consensus as in etcd-io/raft).
 * `lastIndex` is where the progress of a new replica starts probing.
 */
export class ConfChanger {
  readonly #current: ConfResult;
  readonly #lastIndex: number;
  readonly #limits: ProgressLimits;

  constructor(current: ConfResult, lastIndex: number, limits: ProgressLimits) {
    this.#current = current;
    this.#lastIndex = lastIndex;
    this.#limits = limits;
  }

  /** One change of at most one voter, without a joint configuration. */
  simple(changes: readonly ConfChangeSingle[]): ConfResult {
    if (this.#current.config.outgoing.size > 0) throw new ConfChangeError('still in a joint configuration');
    const draft = this.#draft();
    this.#apply(draft, changes);
    if (symmetricDifference(this.#current.config.incoming, draft.incoming) > 1) {
      throw new ConfChangeError('more than one voter changed without a joint configuration');
    }
    return finish(draft);
  }

  enterJoint(autoLeave: boolean, changes: readonly ConfChangeSingle[]): ConfResult {
    const { config } = this.#current;
    if (config.outgoing.size > 0) throw new ConfChangeError('already in a joint configuration');
    if (config.incoming.size === 0) throw new ConfChangeError('a configuration without voters can not become joint');
    const draft = this.#draft();
    draft.outgoing = new Set(config.incoming);
    this.#apply(draft, changes);
    draft.autoLeave = autoLeave;
    return finish(draft);
  }

  leaveJoint(): ConfResult {
    if (this.#current.config.outgoing.size === 0) throw new ConfChangeError('not in a joint configuration');
    const draft = this.#draft();
    for (const id of draft.learnersNext) {
      draft.learners.add(id);
      const progress = draft.progress.get(id);
      if (progress !== undefined) progress.isLearner = true;
    }
    draft.learnersNext = new Set();
    for (const id of draft.outgoing) {
      if (!draft.incoming.has(id) && !draft.learners.has(id)) draft.progress.delete(id);
    }
    draft.outgoing = new Set();
    draft.autoLeave = false;
    return finish(draft);
  }

  #draft(): Draft {
    const { config, progress } = this.#current;
    return {
      incoming: new Set(config.incoming),
      outgoing: new Set(config.outgoing),
      learners: new Set(config.learners),
      learnersNext: new Set(config.learnersNext),
      autoLeave: config.autoLeave,
      progress: new Map(progress),
    };
  }

  #apply(draft: Draft, changes: readonly ConfChangeSingle[]): void {
    for (const { type, nodeId } of changes) {
      if (nodeId === 0) continue;
      switch (type) {
        case 'add-node':
          this.#makeVoter(draft, nodeId);
          break;
        case 'add-learner-node':
          this.#makeLearner(draft, nodeId);
          break;
        case 'remove-node':
          remove(draft, nodeId);
          break;
        case 'update-node':
          break;
      }
    }
    if (draft.incoming.size === 0) throw new ConfChangeError('it would remove all voters');
  }

  #makeVoter(draft: Draft, id: ReplicaId): void {
    const progress = draft.progress.get(id);
    draft.learners.delete(id);
    draft.learnersNext.delete(id);
    draft.incoming.add(id);
    if (progress === undefined) this.#addProgress(draft, id, false);
    else progress.isLearner = false;
  }

  #makeLearner(draft: Draft, id: ReplicaId): void {
    const progress = draft.progress.get(id);
    if (progress === undefined) {
      draft.learners.add(id);
      this.#addProgress(draft, id, true);
      return;
    }
    if (draft.learners.has(id)) return;
    remove(draft, id);
    draft.progress.set(id, progress);
    // A voter of the outgoing half stays one until the joint configuration is left.
    if (draft.outgoing.has(id)) draft.learnersNext.add(id);
    else {
      progress.isLearner = true;
      draft.learners.add(id);
    }
  }

  #addProgress(draft: Draft, id: ReplicaId, isLearner: boolean): void {
    const { inflightMessagesMax, inflightBytesMax } = this.#limits;
    const progress = new Progress(this.#lastIndex + 1, isLearner, inflightMessagesMax, inflightBytesMax);
    // Otherwise a leader that has just added a replica could step down before hearing of it.
    progress.recentActive = true;
    draft.progress.set(id, progress);
  }
}

function remove(draft: Draft, id: ReplicaId): void {
  if (!draft.progress.has(id)) return;
  draft.incoming.delete(id);
  draft.learners.delete(id);
  draft.learnersNext.delete(id);
  if (!draft.outgoing.has(id)) draft.progress.delete(id);
}

function finish(draft: Draft): ConfResult {
  const { progress, ...config } = draft;
  return { config, progress: new Map([...progress].sort(([a], [b]) => a - b)) };
}

function symmetricDifference(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let count = 0;
  for (const id of a) if (!b.has(id)) count += 1;
  for (const id of b) if (!a.has(id)) count += 1;
  return count;
}

/** The configuration that a snapshot or a creation states, with fresh progress. */
export function restoreConf(state: ConfState, lastIndex: number, limits: ProgressLimits): ConfResult {
  const add = (nodeId: ReplicaId): ConfChangeSingle => ({ type: 'add-node', nodeId });
  const learn = (nodeId: ReplicaId): ConfChangeSingle => ({ type: 'add-learner-node', nodeId });
  const drop = (nodeId: ReplicaId): ConfChangeSingle => ({ type: 'remove-node', nodeId });
  let result: ConfResult = { config: EMPTY_CONFIG, progress: new Map() };
  const changer = (): ConfChanger => new ConfChanger(result, lastIndex, limits);
  const incoming = [
    ...state.votersOutgoing.map(drop),
    ...state.voters.map(add),
    ...state.learners.map(learn),
    ...state.learnersNext.map(learn),
  ];
  if (state.votersOutgoing.length === 0) {
    for (const change of incoming) result = changer().simple([change]);
    return result;
  }
  for (const id of state.votersOutgoing) result = changer().simple([add(id)]);
  return changer().enterJoint(state.autoLeave, incoming);
}

/** How a change is entered: null means leave the joint configuration. */
export function enterMode(change: ConfChangeV2): { readonly joint: boolean; readonly autoLeave: boolean } | null {
  if (change.transition === 'auto' && change.changes.length === 0) return null;
  if (change.transition !== 'auto' || change.changes.length > 1) {
    return { joint: true, autoLeave: change.transition !== 'joint-explicit' };
  }
  return { joint: false, autoLeave: false };
}
