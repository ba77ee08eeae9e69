import { violated } from '../invariant.ts';
import type { ConfChangeSingle, ConfChangeV2, ConfState, ReplicaId } from '../types.ts';
import { confChangeFault } from './conf-change-codec.ts';
import { Progress, type ProgressLimits } from './progress.ts';
import { EMPTY_CONFIG, type TrackerConfig } from './tracker.ts';

/** A change that the configuration in force does not allow; nothing was changed. */
export class ConfChangeError extends Error {
  constructor(detail: string) {
    super(`configuration change refused: ${detail}`);
    this.name = 'ConfChangeError';
  }
}

/** A configuration and the progress of each of its replicas, to be taken over as a whole. */
export interface ConfResult {
  readonly config: TrackerConfig;
  readonly progress: ReadonlyMap<ReplicaId, Progress>;
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
 * Computes the next configuration (Raft thesis, section 4.3; joint consensus as in etcd-io/raft) and leaves
 * the current one as it is. `lastIndex` is where the probing of a new replica starts.
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

  /** Whatever the change asks for: simple, into a joint configuration, or out of one. */
  change(change: ConfChangeV2): ConfResult {
    const fault = confChangeFault(change);
    if (fault !== null) throw new ConfChangeError(fault);
    const mode = enterMode(change);
    switch (mode) {
      case 'leave':
        return this.leaveJoint();
      case 'simple':
        return this.simple(change.changes);
      case 'joint':
        return this.enterJoint(change.transition !== 'joint-explicit', change.changes);
    }
  }

  /** Changes of at most one voter, without a joint configuration. */
  simple(changes: readonly ConfChangeSingle[]): ConfResult {
    const { config } = this.#current;
    if (config.outgoing.size > 0) throw new ConfChangeError('still in a joint configuration');
    const draft = this.#draft();
    this.#apply(draft, changes);
    if (differing(config.incoming, draft.incoming) > 1) {
      throw new ConfChangeError('more than one voter changed without a joint configuration');
    }
    return finish(draft);
  }

  enterJoint(autoLeave: boolean, changes: readonly ConfChangeSingle[]): ConfResult {
    const { config } = this.#current;
    if (config.outgoing.size > 0) throw new ConfChangeError('already in a joint configuration');
    if (config.incoming.size === 0) {
      throw new ConfChangeError('a configuration without voters can not become joint');
    }
    const draft = this.#draft();
    draft.outgoing = new Set(config.incoming);
    this.#apply(draft, changes);
    draft.autoLeave = autoLeave;
    return finish(draft);
  }

  leaveJoint(): ConfResult {
    if (this.#current.config.outgoing.size === 0) {
      throw new ConfChangeError('not in a joint configuration');
    }
    const draft = this.#draft();
    for (const id of draft.learnersNext) draft.learners.add(id);
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
      switch (type) {
        case 'add-node':
          draft.learners.delete(nodeId);
          draft.learnersNext.delete(nodeId);
          draft.incoming.add(nodeId);
          this.#track(draft, nodeId);
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

  #makeLearner(draft: Draft, id: ReplicaId): void {
    if (draft.learners.has(id)) return;
    draft.incoming.delete(id);
    // A voter of the outgoing half stays one until the joint configuration is left.
    if (draft.outgoing.has(id)) draft.learnersNext.add(id);
    else draft.learners.add(id);
    this.#track(draft, id);
  }

  #track(draft: Draft, id: ReplicaId): void {
    if (draft.progress.has(id)) return;
    const progress = new Progress(id, this.#lastIndex + 1, this.#limits);
    // Otherwise a leader that has just added a replica could step down before hearing of it.
    progress.recentActive = true;
    draft.progress.set(id, progress);
  }
}

function remove(draft: Draft, id: ReplicaId): void {
  draft.incoming.delete(id);
  draft.learners.delete(id);
  draft.learnersNext.delete(id);
  if (!draft.outgoing.has(id)) draft.progress.delete(id);
}

function finish(draft: Draft): ConfResult {
  const { progress, ...config } = draft;
  for (const ids of [config.incoming, config.outgoing, config.learners, config.learnersNext]) {
    for (const id of ids) if (!progress.has(id)) violated(`no progress for replica ${id}`);
  }
  for (const id of config.learnersNext) {
    if (!config.outgoing.has(id)) violated(`${id} becomes a learner without having been a voter`);
  }
  for (const id of config.learners) {
    if (config.incoming.has(id) || config.outgoing.has(id)) violated(`${id} is voter and learner`);
  }
  return { config, progress };
}

function differing(a: ReadonlySet<ReplicaId>, b: ReadonlySet<ReplicaId>): number {
  let count = 0;
  for (const id of a) if (!b.has(id)) count += 1;
  for (const id of b) if (!a.has(id)) count += 1;
  return count;
}

/** The configuration that a snapshot or a creation states, with fresh progress. */
export function restoreConf(
  state: ConfState,
  lastIndex: number,
  limits: ProgressLimits,
): ConfResult {
  const all = (type: ConfChangeSingle['type'], ids: readonly ReplicaId[]): ConfChangeSingle[] =>
    ids.map((nodeId) => ({ type, nodeId }));
  let result: ConfResult = { config: EMPTY_CONFIG, progress: new Map() };
  const changer = (): ConfChanger => new ConfChanger(result, lastIndex, limits);
  const incoming = [
    ...all('remove-node', state.votersOutgoing),
    ...all('add-node', state.voters),
    ...all('add-learner-node', state.learners),
    ...all('add-learner-node', state.learnersNext),
  ];
  if (state.votersOutgoing.length === 0) {
    for (const change of incoming) result = changer().simple([change]);
    return result;
  }
  for (const change of all('add-node', state.votersOutgoing)) result = changer().simple([change]);
  return changer().enterJoint(state.autoLeave, incoming);
}

/** How a change is entered. 'auto' takes the short way where one change of a voter allows it. */
export function enterMode(change: ConfChangeV2): 'simple' | 'joint' | 'leave' {
  if (change.transition !== 'auto') return 'joint';
  if (change.changes.length === 0) return 'leave';
  return change.changes.length === 1 ? 'simple' : 'joint';
}
