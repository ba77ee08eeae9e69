import type { BasicStatus, ConfState, ReplicaId, Status } from '../core/index.ts';
import { listOf, nameOf } from './words.ts';

/** The story lines of one change of a node. */
export interface StoryEntry {
  readonly weight: 'turn' | 'detail';
  readonly text: string;
}

export interface Change {
  readonly before: BasicStatus;
  readonly now: BasicStatus;
  readonly votesFor: readonly ReplicaId[];
  readonly configuration: ConfState;
  /** Only asked for when a leader has committed something. */
  readonly status: () => Status;
}

const turn = (text: string): StoryEntry => ({ weight: 'turn', text });
const detail = (text: string): StoryEntry => ({ weight: 'detail', text });

/** Sentences for what a step has changed, in the order in which it happened. */
export function narrate(change: Change): readonly StoryEntry[] {
  return [
    ...roleLines(change),
    ...voteLines(change),
    ...leaderLines(change),
    ...commitLines(change),
  ];
}

function roleLines({ before, now, votesFor, configuration }: Change): readonly StoryEntry[] {
  const who = nameOf(now.id);
  const hasMoved = before.role !== now.role || before.term !== now.term;
  if (!hasMoved) return [];
  switch (now.role) {
    case 'pre-candidate':
      return [
        turn(
          `${who} hears no leader and asks whether it would be elected in term ${now.term + 1}.`,
        ),
      ];
    case 'candidate':
      return [turn(`${who} is a candidate in term ${now.term} and votes for itself.`)];
    case 'leader':
      return [
        turn(`${who} becomes leader in term ${now.term}: ${tally(votesFor, configuration)}.`),
      ];
    case 'follower':
      return steppedDown(before, now, configuration);
    default:
      return now.role satisfies never;
  }
}

function steppedDown(
  before: BasicStatus,
  now: BasicStatus,
  configuration: ConfState,
): readonly StoryEntry[] {
  const who = nameOf(now.id);
  switch (before.role) {
    case 'follower':
      return [];
    case 'leader':
      if (now.term > before.term)
        return [turn(`${who} steps down: it has heard of term ${now.term}.`)];
      return configuration.voters.includes(now.id)
        ? [turn(`${who} steps down: it has not heard from a majority for an election timeout.`)]
        : [turn(`${who} steps down: it is no voter any more.`)];
    case 'candidate':
    case 'pre-candidate':
      if (now.leader !== 0)
        return [detail(`${who} gives up its campaign: ${nameOf(now.leader)} leads.`)];
      return now.term > before.term
        ? [detail(`${who} gives up its campaign: it has heard of term ${now.term}.`)]
        : [turn(`${who} is not elected: a majority has refused.`)];
    default:
      return before.role satisfies never;
  }
}

/** "3 of 5 votes (n1, n2 and n4)"; in a joint configuration both majorities count. */
function tally(votes: readonly ReplicaId[], { voters, votersOutgoing }: ConfState): string {
  const of = (ids: readonly ReplicaId[]): string =>
    `${votes.filter((id) => ids.includes(id)).length} of ${ids.length}`;
  const old = votersOutgoing.length === 0 ? '' : `, ${of(votersOutgoing)} of the old voters`;
  return `${of(voters)} votes${old} (${listOf([...votes].sort((a, b) => a - b))})`;
}

function voteLines({ before, now }: Change): readonly StoryEntry[] {
  const isNewVote = now.vote !== 0 && (now.vote !== before.vote || now.term !== before.term);
  if (!isNewVote || now.vote === now.id) return [];
  return [detail(`${nameOf(now.id)} votes for ${nameOf(now.vote)} in term ${now.term}.`)];
}

function leaderLines({ before, now }: Change): readonly StoryEntry[] {
  if (now.role !== 'follower' || now.leader === 0) return [];
  if (before.leader === now.leader && before.term === now.term) return [];
  return [detail(`${nameOf(now.id)} follows ${nameOf(now.leader)} in term ${now.term}.`)];
}

function commitLines({ before, now, status }: Change): readonly StoryEntry[] {
  if (now.commit <= before.commit) return [];
  const upTo =
    now.commit === before.commit + 1
      ? `entry ${now.commit}`
      : `everything up to entry ${now.commit}`;
  if (now.role !== 'leader') return [detail(`${nameOf(now.id)} learns that ${upTo} is committed.`)];
  const holders = [...status().progress].filter(([, { match }]) => match >= now.commit);
  return [
    turn(
      `${nameOf(now.id)} commits ${upTo}: ${listOf(holders.map(([id]) => id))} have it on disk.`,
    ),
  ];
}
