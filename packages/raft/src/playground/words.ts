import { type ConfState, decodeConfChange, type Entry, type ReplicaId } from '../core/index.ts';
import type { Payload } from './payload.ts';
import type { MessageView } from './view.ts';

/** "n1"; 0 is the client. */
export const nameOf = (id: ReplicaId): string => (id === 0 ? 'the client' : `n${id}`);

/** "n1, n2 and n3". */
export function listOf(ids: readonly ReplicaId[]): string {
  const names = ids.map(nameOf);
  const last = names.pop();
  if (last === undefined) return 'none';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

/** A configuration in words: its voters, those of the configuration that is being left, and learners. */
export function configurationText(configuration: ConfState): string {
  const { voters, votersOutgoing, learners } = configuration;
  const old = votersOutgoing.length === 0 ? '' : `, and still ${listOf(votersOutgoing)} (joint)`;
  const taught = learners.length === 0 ? '' : `; learning: ${listOf(learners)}`;
  return `${listOf(voters)}${old}${taught}`;
}

/** Writes are plain ASCII: what the client writes is "x=" and a number. */
export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

export const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** What an entry says, in a few characters. */
export function entryText(entry: Entry): string {
  if (entry.type === 'normal') return entry.data.length === 0 ? 'no-op' : textOf(entry.data);
  const { changes } = decodeConfChange(entry);
  if (changes.length === 0) return 'leave joint';
  return changes
    .map(({ type, nodeId }) => {
      switch (type) {
        case 'add-node':
          return `+${nameOf(nodeId)}`;
        case 'remove-node':
          return `−${nameOf(nodeId)}`;
        case 'add-learner-node':
          return `~${nameOf(nodeId)}`;
        case 'update-node':
          return nameOf(nodeId);
        default:
          return type satisfies never;
      }
    })
    .join(' ');
}

function rangeOf(entries: readonly Entry[]): string {
  const first = entries[0]?.index ?? 0;
  const last = entries.at(-1)?.index ?? 0;
  return first === last ? `entry ${first}` : `entries ${first} to ${last}`;
}

type Described = Pick<MessageView, 'type' | 'text' | 'tone'>;

/** A message in words, and how it is to be drawn. */
export function described(payload: Payload): Described {
  switch (payload.kind) {
    case 'write':
      return { type: 'write', text: `write ${payload.text}`, tone: 'entries' };
    case 'write-answer': {
      const isGood = payload.answer.status === 'acknowledged';
      return { type: 'write-answer', text: payload.answer.status, tone: isGood ? 'yes' : 'no' };
    }
    case 'raft':
      return raftDescribed(payload.message);
    default:
      return payload satisfies never;
  }
}

function raftDescribed(message: Extract<Payload, { kind: 'raft' }>['message']): Described {
  const { type, term } = message;
  switch (message.type) {
    case 'append':
      if (message.entries.length > 0) {
        return { type, text: `append ${rangeOf(message.entries)}`, tone: 'entries' };
      }
      return { type, text: `append nothing new, committed ${message.commit}`, tone: 'plain' };
    case 'append-response':
      return message.reject
        ? { type, text: `entry ${message.index} does not match`, tone: 'no' }
        : { type, text: `has entry ${message.index} on disk`, tone: 'yes' };
    case 'heartbeat':
      return { type, text: `heartbeat, committed ${message.commit}`, tone: 'plain' };
    case 'heartbeat-response':
      return { type, text: 'heartbeat heard', tone: 'plain' };
    case 'vote':
      return { type, text: `asks for a vote in term ${term}`, tone: 'ask' };
    case 'pre-vote':
      return { type, text: `would you vote for me in term ${term}?`, tone: 'ask' };
    case 'vote-response':
      return message.reject
        ? { type, text: `no vote in term ${term}`, tone: 'no' }
        : { type, text: `votes yes in term ${term}`, tone: 'yes' };
    case 'pre-vote-response':
      return message.reject
        ? { type, text: 'would not vote for you', tone: 'no' }
        : { type, text: `would vote for you in term ${term}`, tone: 'yes' };
    case 'commit-hint':
      return { type, text: `entry ${message.index} is committed`, tone: 'plain' };
    case 'snapshot':
      return { type, text: `snapshot up to ${message.snapshot.index}`, tone: 'entries' };
    case 'timeout-now':
      return { type, text: 'campaign now', tone: 'ask' };
    case 'transfer-leader':
      return { type, text: `hand over to ${nameOf(message.transferee)}`, tone: 'ask' };
    case 'read-index':
      return { type, text: 'asks for a read index', tone: 'ask' };
    case 'read-index-response':
      return { type, text: `read index ${message.index}`, tone: message.reject ? 'no' : 'yes' };
    default:
      return message satisfies never;
  }
}
