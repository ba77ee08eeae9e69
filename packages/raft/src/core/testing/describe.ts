import { decodeConfChange } from '../membership/conf-change-codec.ts';
import type { Status } from '../status.ts';
import type { ConfState, Entry, Message, ReadState, Ready } from '../types.ts';
import { untext } from './cluster.ts';

const SHORT = {
  'add-node': 'v',
  'add-learner-node': 'l',
  'remove-node': 'r',
  'update-node': 'u',
} as const;

/** "term/index", then what is in it. */
export function describeEntry(entry: Entry): string {
  const at = `${entry.term}/${entry.index}`;
  if (entry.type === 'normal') {
    return entry.data.length === 0 ? at : `${at} "${untext(entry.data)}"`;
  }
  const { transition, changes } = decodeConfChange(entry);
  const words = changes.map(({ type, nodeId }) => `${SHORT[type]}${nodeId}`);
  const how = transition === 'auto' ? [] : [transition];
  return `${at} conf[${[...how, ...words].join(' ') || 'leave'}]`;
}

const list = (entries: readonly Entry[]): string => entries.map(describeEntry).join(', ');

export function describeConf(conf: ConfState): string {
  const { voters, votersOutgoing, learners, learnersNext, autoLeave } = conf;
  return [
    `voters (${voters.join(' ')})`,
    ...(votersOutgoing.length > 0 ? [`outgoing (${votersOutgoing.join(' ')})`] : []),
    ...(learners.length > 0 ? [`learners (${learners.join(' ')})`] : []),
    ...(learnersNext.length > 0 ? [`learners next (${learnersNext.join(' ')})`] : []),
    ...(autoLeave ? ['leaves by itself'] : []),
  ].join(' ');
}

export function describeMessage(message: Message): string {
  const head = `${message.from}->${message.to} ${message.type} term ${message.term}`;
  const body = describeBody(message);
  return body === '' ? head : `${head} ${body}`;
}

function describeBody(message: Message): string {
  switch (message.type) {
    case 'append': {
      const entries = message.entries.length === 0 ? '' : ` [${list(message.entries)}]`;
      return `after ${message.logTerm}/${message.index} commit ${message.commit}${entries}`;
    }
    case 'append-response':
      return message.reject
        ? `refused ${message.index}, hint ${message.logTerm}/${message.rejectHint}`
        : `has ${message.index}`;
    case 'heartbeat':
      return `commit ${message.commit}${message.readRound > 0 ? ` round ${message.readRound}` : ''}`;
    case 'heartbeat-response':
      return message.readRound > 0 ? `round ${message.readRound}` : '';
    case 'vote':
    case 'pre-vote':
      return `log ${message.logTerm}/${message.index}${message.force ? ' by transfer' : ''}`;
    case 'vote-response':
    case 'pre-vote-response':
      return message.reject ? 'refused' : 'granted';
    case 'commit-hint':
      return `${message.logTerm}/${message.index} is committed`;
    case 'snapshot': {
      const { term, index, confState } = message.snapshot;
      return `${term}/${index} ${describeConf(confState)}`;
    }
    case 'transfer-leader':
      return `to ${message.transferee}`;
    case 'read-index':
      return '';
    case 'read-index-response':
      return message.reject ? 'refused' : `at ${message.index}`;
    case 'timeout-now':
      return '';
  }
}

function describeRead(read: ReadState): string {
  return read.status === 'ok'
    ? `read ${read.requestId}: ok at ${read.index}`
    : `read ${read.requestId}: dropped`;
}

/** What the host is asked to do, one line for each thing. */
export function describeReady(ready: Ready): readonly string[] {
  const { softState, hardState, snapshot, entries, committedEntries } = ready;
  return [
    ...(softState === null ? [] : [`role ${softState.role}, leader ${softState.leader}`]),
    ...(hardState === null
      ? []
      : [
          `hard state: term ${hardState.term}, vote ${hardState.vote}, commit ${hardState.commit}${ready.mustSync ? '' : ' (lazy)'}`,
        ]),
    ...(snapshot === null ? [] : [`install snapshot ${snapshot.term}/${snapshot.index}`]),
    ...(entries.length === 0 ? [] : [`write ${list(entries)}`]),
    ...(committedEntries.length === 0 ? [] : [`apply ${list(committedEntries)}`]),
    ...ready.readStates.map(describeRead),
    ...ready.messages.map((message) => `send ${describeMessage(message)}`),
    ...ready.messagesAfterPersist.map((message) => `send when written ${describeMessage(message)}`),
  ];
}

export function describeStatus(status: Status): readonly string[] {
  const { id, role, term, vote, leader, commit, applied, lastIndex } = status;
  return [
    `${id}: ${role} of term ${term}, vote ${vote}, leader ${leader}, commit ${commit}, applied ${applied}, last ${lastIndex}`,
    `${id}: ${describeConf(status.confState)}`,
    ...[...status.progress].map(([replica, progress]) => {
      const flags = [
        ...(progress.paused ? ['paused'] : []),
        ...(progress.recentActive ? [] : ['not heard of']),
        ...(progress.isLearner ? ['learner'] : []),
        ...(progress.inflight > 0 ? [`${progress.inflight} in flight`] : []),
        ...(progress.pendingSnapshot > 0 ? [`snapshot ${progress.pendingSnapshot}`] : []),
      ];
      const suffix = flags.length === 0 ? '' : ` (${flags.join(', ')})`;
      return `  ${replica}: ${progress.state}, match ${progress.match}, next ${progress.next}${suffix}`;
    }),
  ];
}
