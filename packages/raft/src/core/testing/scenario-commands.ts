import type { ConfChangeSingle, ConfChangeType, ConfChangeV2 } from '../types.ts';
import { text } from './cluster.ts';
import { describeConf, describeEntry, describeStatus } from './describe.ts';
import { newConf, ScenarioCluster } from './scenario-cluster.ts';
import { parseScript, printScript, type Script, Words } from './scenario-script.ts';

type Command = (cluster: ScenarioCluster, words: Words) => void;

const CHANGES: Readonly<Record<string, ConfChangeType>> = {
  v: 'add-node',
  l: 'add-learner-node',
  r: 'remove-node',
  u: 'update-node',
};

function parseChange(word: string): ConfChangeSingle {
  const type = CHANGES[word[0] ?? ''];
  const nodeId = Number(word.slice(1));
  if (type === undefined || !Number.isSafeInteger(nodeId)) throw new Error(`no change: ${word}`);
  return { type, nodeId };
}

const on = (words: Words, key: string): boolean => words.option(key) !== 'off';

const ids = (cluster: ScenarioCluster, words: Words): readonly number[] =>
  words.plain.length === 0
    ? [...cluster.replicas.keys()].sort((a, b) => a - b)
    : words.plain.map((_, at) => words.number(at));

function report(
  cluster: ScenarioCluster,
  result: { ok: true; index: number } | { ok: false; reason: string; leader: number },
): void {
  if (!result.ok) cluster.trace.push(`refused: ${result.reason}, leader ${result.leader}`);
}

const COMMANDS: Readonly<Record<string, Command>> = {
  /** add-nodes 1 2 3 [voters=(1,2,3)] [learners=(4)] and limits: what is not given stays as by default. */
  'add-nodes': (cluster, words) => {
    words.allow(
      'voters',
      'learners',
      'pre-vote',
      'check-quorum',
      'window',
      'append-bytes',
      'uncommitted-bytes',
    );
    const added = ids(cluster, words);
    const voters = words.option('voters') === undefined ? added : words.list('voters');
    for (const id of added) {
      cluster.add(id, newConf(voters, words.list('learners')), {
        preVote: on(words, 'pre-vote'),
        checkQuorum: on(words, 'check-quorum'),
        inflightMessagesMax: words.numberOption('window', 256),
        appendBytesMax: words.numberOption('append-bytes', 1_000_000),
        uncommittedBytesMax: words.numberOption('uncommitted-bytes', 1_000_000),
      });
    }
  },
  campaign: (cluster, words) => cluster.at(words.number(0)).node.campaign(),
  /** elect 1 [2 3] [cut=(3)]: campaign and stabilize, in one line; how that goes is another scenario. */
  elect: (cluster, words) => {
    words.allow('cut');
    const id = words.number(0);
    cluster.at(id).node.campaign();
    cluster.stabilize(
      words.plain.length === 1 ? [...cluster.replicas.keys()] : ids(cluster, words),
      words.list('cut'),
    );
    const { role, term } = cluster.at(id).node.basicStatus();
    cluster.trace = [`${id} is ${role} of term ${term}`];
  },
  tick: (cluster, words) => {
    words.allow('times');
    for (const id of ids(cluster, words)) {
      for (let i = 0; i < words.numberOption('times', 1); i += 1) cluster.at(id).node.tick();
    }
  },
  'election-timeout': (cluster, words) =>
    cluster.at(words.number(0)).node.setRandomizedElectionTimeout(words.number(1)),
  propose: (cluster, words) => {
    const data = words.plain.slice(1);
    for (const word of data) report(cluster, cluster.at(words.number(0)).node.propose(text(word)));
  },
  /** propose-conf-change 1 v4 r1 [transition=joint-explicit] */
  'propose-conf-change': (cluster, words) => {
    words.allow('transition');
    const changes = words.plain.slice(1).map(parseChange);
    const [only] = changes;
    const { node } = cluster.at(words.number(0));
    const transition = words.option('transition');
    if (transition === undefined && changes.length === 1 && only !== undefined) {
      report(cluster, node.proposeConfChange(only));
      return;
    }
    report(cluster, node.proposeConfChange(changeOf(changes, transition ?? 'auto')));
  },
  'read-index': (cluster, words) => cluster.at(words.number(0)).node.readIndex(words.number(1)),
  'transfer-leadership': (cluster, words) =>
    cluster.at(words.number(0)).node.transferLeadership(words.number(1)),
  'forget-leader': (cluster, words) => cluster.at(words.number(0)).node.forgetLeader(),
  'report-unreachable': (cluster, words) =>
    cluster.at(words.number(0)).node.reportUnreachable(words.number(1)),
  'report-snapshot': (cluster, words) => {
    const status = words.plain[2];
    if (status !== 'finish' && status !== 'failure') throw new Error(`snapshot ${status}?`);
    cluster.at(words.number(0)).node.reportSnapshot(words.number(1), status);
  },
  'process-ready': (cluster, words) => {
    for (const id of ids(cluster, words)) cluster.process(id);
  },
  /** The first half of process-ready: the write stays under way. */
  'take-ready': (cluster, words) => {
    for (const id of ids(cluster, words)) cluster.take(id);
  },
  /** The oldest write of a replica returns. */
  'finish-write': (cluster, words) => {
    for (const id of ids(cluster, words)) cluster.persist(id);
  },
  /** deliver-msgs 2 3 [drop=(3)] [types=append,heartbeat]: only these types are delivered, others are lost. */
  'deliver-msgs': (cluster, words) => {
    words.allow('drop', 'from', 'types');
    const dropped = words.list('drop');
    const types = words.option('types')?.split(',');
    for (const id of ids(cluster, words)) {
      cluster.deliver(
        id,
        ({ type, from }) =>
          dropped.includes(id) ||
          dropped.includes(from) ||
          (types !== undefined && !types.includes(type)),
      );
    }
  },
  /** stabilize [1 2] [cut=(3)]: until rest; messages from and to cut replicas are lost. */
  stabilize: (cluster, words) => {
    words.allow('cut');
    cluster.stabilize(ids(cluster, words), words.list('cut'));
  },
  snapshot: (cluster, words) => cluster.snapshot(words.number(0)),
  compact: (cluster, words) => cluster.at(words.number(0)).storage.compact(words.number(1)),
  restart: (cluster, words) => cluster.restart(words.number(0)),
  status: (cluster, words) => {
    for (const id of ids(cluster, words)) {
      cluster.trace.push(...describeStatus(cluster.at(id).node.status()));
    }
  },
  conf: (cluster, words) => {
    for (const id of ids(cluster, words)) {
      cluster.trace.push(`${id}: ${describeConf(cluster.at(id).node.status().confState)}`);
    }
  },
  log: (cluster, words) => {
    for (const id of ids(cluster, words)) {
      const { storage } = cluster.at(id);
      const first = storage.firstIndex();
      const entries = storage.entries(first, storage.lastIndex() + 1, Number.MAX_SAFE_INTEGER);
      cluster.trace.push(
        `${id}: ${first > 1 ? `from ${first}: ` : ''}${entries.map(describeEntry).join(', ')}`,
      );
    }
  },
};

function changeOf(changes: readonly ConfChangeSingle[], transition: string): ConfChangeV2 {
  if (transition !== 'auto' && transition !== 'joint-implicit' && transition !== 'joint-explicit') {
    throw new Error(`no transition: ${transition}`);
  }
  return { transition, changes, context: new Uint8Array(0) };
}

/** Commands that only set the stage leave "ok"; others the trace of what followed. */
function runStep(cluster: ScenarioCluster, command: string): readonly string[] {
  const words = new Words(command);
  const handler = COMMANDS[words.name];
  if (handler === undefined) throw new Error(`no such command: "${command}"`);
  cluster.trace = [];
  handler(cluster, words);
  return cluster.trace.length === 0 ? ['ok'] : cluster.trace;
}

/** Runs a script and answers it with the traces that it has now. */
export function runScript(script: string): string {
  const parsed: Script = parseScript(script);
  const cluster = new ScenarioCluster();
  const steps = parsed.steps.map((step) => ({ ...step, trace: runStep(cluster, step.command) }));
  return printScript({ ...parsed, steps });
}
