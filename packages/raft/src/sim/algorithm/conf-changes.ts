import type { ConfChangeSingle, ConfChangeV2, ConfState, ReplicaId } from '../../core/index.ts';
import type { RandomStream } from '../harness/random.ts';

const MEMBERS_MAX = 6;
const NO_CONTEXT = new Uint8Array(0);

/** A change that makes sense in this configuration; `nextId` is an id that was never used. */
export function randomChange(
  state: ConfState,
  nextId: ReplicaId,
  random: RandomStream,
): ConfChangeSingle | ConfChangeV2 {
  if (state.votersOutgoing.length > 0) {
    return { transition: 'auto', changes: [], context: NO_CONTEXT };
  }
  if (random.chance(0.5)) return singleChange(state, nextId, random);
  const changes = [singleChange(state, nextId, random), singleChange(state, nextId + 1, random)];
  const transition = random.pick(['auto', 'joint-implicit', 'joint-explicit'] as const);
  return { transition, changes, context: NO_CONTEXT };
}

function singleChange(state: ConfState, nextId: ReplicaId, random: RandomStream): ConfChangeSingle {
  const { voters, learners } = state;
  const room = voters.length + learners.length < MEMBERS_MAX;
  const kind = random.below(5);
  if (kind === 0 && learners.length > 0) return { type: 'add-node', nodeId: random.pick(learners) };
  if (kind === 1 && voters.length > 1)
    return { type: 'add-learner-node', nodeId: random.pick(voters) };
  if (kind <= 2 && room) {
    return { type: random.chance(0.5) ? 'add-node' : 'add-learner-node', nodeId: nextId };
  }
  if (voters.length > 2 || !room) {
    return { type: 'remove-node', nodeId: random.pick([...voters, ...learners]) };
  }
  return { type: 'update-node', nodeId: random.pick(voters) };
}
