import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { checkBrokenOff, checkRun } from './checker/check-run.ts';
import type { RunRecord } from './checker/run-record.ts';
import {
  agentsSettle,
  archiveCatchesUp,
  devicesConverge,
  failPowerWithoutPostgres,
} from './closing.ts';
import { readNode } from './collect.ts';
import { FAULTS, type FaultKind, isOfMembership } from './faults/definitions.ts';
import { FaultRunner } from './faults/fault-runner.ts';
import { joinCluster } from './faults/membership-steps.ts';
import { schedule, smokeSchedule } from './faults/schedule.ts';
import { History } from './history/history.ts';
import type { TortureOptions } from './options.ts';
import { renderReport } from './report/render-report.ts';
import { summarise, type TortureSummary } from './report/summary.ts';
import { type RigCluster, startRigCluster } from './rig/cluster.ts';
import { Operations } from './rig/operations.ts';
import { pause } from './rig/wait-until.ts';
import { seededRandom } from './seeded-random.ts';
import { reasonsInvalid } from './validity.ts';
import { ArchiveWatch } from './watch/archive-watch.ts';
import { TermWatch } from './watch/term-watch.ts';
import { AgentServer } from './workload/agent-server.ts';
import { Workload } from './workload/workload.ts';

/** Between rounds the cluster is these three: what follows does not depend on what came before. */
const FOUNDERS = 3;
const NODES_MAX = 5;
const FLUSH_INTERVAL_MS = 1_000;
const HOT_BYTES_MAX = 64 * 1024 * 1024;
const CHATTY_EVERY = 6;
const WARMUP_MS = 5_000;
const QUIET_MS = 10_000;

/** Everything that a run is made of. */
interface Run {
  readonly options: TortureOptions;
  readonly cluster: RigCluster;
  readonly history: History;
  readonly agents: AgentServer;
  readonly workload: Workload;
  readonly archive: ArchiveWatch;
  readonly terms: TermWatch;
  readonly faults: FaultRunner;
  readonly operations: Operations;
  readonly random: () => number;
  readonly say: (text: string) => void;
}

/** Tortures a cluster of its own and writes the report. Throws when the run could not be made at all. */
export async function runTorture(
  options: TortureOptions,
  nodeMain: string,
): Promise<TortureSummary> {
  const startedMs = performance.now();
  const say = (text: string): void => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0).padStart(5);
    process.stdout.write(`${seconds} s  ${text}\n`);
  };
  say(
    `seed ${options.seed}, ${options.isSmoke ? 'a smoke' : `${options.minutes} minutes of faults`}`,
  );
  const cluster = await startRigCluster({
    nodeMain,
    nodes: NODES_MAX,
    founders: FOUNDERS,
    linked: true,
    groups: options.groups,
    flushIntervalMs: FLUSH_INTERVAL_MS,
    hotBytesMax: HOT_BYTES_MAX,
    withDisks: true,
  });
  const stop = (): void => {
    void cluster.close(options.keep).then(() => process.exit(130));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  let keepFiles = true;
  try {
    if (!cluster.shim.available)
      say(
        `!! NO FAULTS OF THE DISK: ${cluster.shim.why}. Slow and failing syncs and power failures are left out.`,
      );
    const run = await prepare(options, cluster, say);
    try {
      const summary = await torture(run);
      keepFiles = options.keep || summary.exitCode === 1;
      return summary;
    } finally {
      run.faults.close();
      run.workload.close();
      await run.agents.close();
    }
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await cluster.close(keepFiles);
    if (keepFiles) say(`data and logs of the nodes are kept in ${cluster.directory}`);
  }
}

async function prepare(
  options: TortureOptions,
  cluster: RigCluster,
  say: Run['say'],
): Promise<Run> {
  const random = seededRandom(options.seed + 1);
  const history = new History();
  const agents = await AgentServer.listen(
    cluster.agentPort,
    seededRandom(options.seed + 2),
    (sessionId) => workload.sessionNumber(sessionId),
  );
  const workload: Workload = new Workload({
    credentials: cluster.credentials,
    nodes: cluster.founders.map(({ id, clientUrl }) => ({ id, url: clientUrl })),
    sessions: options.sessions,
    chattyEvery: CHATTY_EVERY,
    ratePerSecond: options.ratePerSecond,
    agentUrl: `http://127.0.0.1:${cluster.agentPort}`,
    history,
    random,
    order: 'drawn',
  });
  await workload.setUp();
  const archive = new ArchiveWatch(
    cluster.postgres,
    workload.people.map(({ sessionId }) => sessionId),
  );
  const terms = new TermWatch(cluster.nodes, workload.rest);
  const operations = new Operations(cluster, workload.rest);
  const faults = new FaultRunner({ cluster, agents, workload, operations, say });
  say(
    `${options.sessions} sessions, a device on each of ${FOUNDERS} nodes; files in ${cluster.directory}`,
  );
  return {
    options,
    cluster,
    history,
    agents,
    workload,
    archive,
    terms,
    faults,
    operations,
    random,
    say,
  };
}

async function torture(run: Run): Promise<TortureSummary> {
  const { options, cluster, workload, archive, terms, say } = run;
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const loadStartMs = performance.now();
  workload.start();
  archive.start();
  terms.start();
  await pause(WARMUP_MS);
  await makeFaults(run);
  const record = run.faults.brokenOff ? await breakOff(run) : await endAndReadBack(run);
  const loadSeconds = (performance.now() - loadStartMs) / 1000;
  await terms.stop();
  delay.disable();
  const verdicts = run.faults.brokenOff ? checkBrokenOff(record) : checkRun(record);
  const invalid = reasonsInvalid({
    sessionIds: record.sessionIds,
    appends: record.appends,
    faults: record.faults,
    ratePerSecond: options.ratePerSecond,
    seconds: loadSeconds,
    wantedKinds: options.isSmoke ? possibleKinds(options, cluster) : [],
  });
  const summary = summarise({
    options,
    record,
    verdicts,
    invalid,
    shim: cluster.shim,
    loadStartMs,
    loadSeconds,
    attempts: workload.writer.attempts,
    refusals: [...workload.writer.refusals],
    skipped: workload.skipped,
    rigStallMs: delay.max / 1e6,
  });
  const file = resolve(
    options.reportFile ?? join(dirname(cluster.directory), 'torture-report.html'),
  );
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, renderReport(summary));
  say(`report: ${file}`);
  return summary;
}

/** The last power failure, quiet, and everything read back. */
async function endAndReadBack(run: Run): Promise<RunRecord> {
  run.say('the end: Postgres is stopped, then all nodes lose power');
  await growForTheEnd(run);
  const survivors = await endWithPowerFailure(run);
  run.workload.start();
  run.archive.start();
  await pause(QUIET_MS);
  await run.workload.stop();
  run.say('all is quiet: devices, agents and Postgres catch up');
  return readBack(run, survivors);
}

/** A node did not come back: what was acknowledged can't be held against anything. */
async function breakOff(run: Run): Promise<RunRecord> {
  run.say('!! the run is broken off');
  await run.workload.stop();
  await run.archive.stop();
  return recordOf(run, {
    survivors: null,
    settledWork: [],
    nodeLogs: [],
    answers: [],
    archive: [],
  });
}

function possibleKinds({ kinds }: TortureOptions, { shim }: RigCluster): readonly FaultKind[] {
  return kinds.filter((kind) => shim.available || !FAULTS[kind].needsShim);
}

async function makeFaults({ options, cluster, faults, history, say }: Run): Promise<void> {
  const kinds = possibleKinds(options, cluster);
  if (kinds.length === 0) return;
  const plan = options.isSmoke ? smokeSchedule : schedule;
  const rounds = plan({
    seed: options.seed,
    nodes: cluster.founders.map(({ id }) => id),
    joiners: cluster.nodes.slice(FOUNDERS).map(({ id }) => id),
    kinds,
  });
  // A smoke has an end of its own: on a machine that does something else its faults take longer, and none is left out.
  const deadline = options.isSmoke
    ? Number.POSITIVE_INFINITY
    : performance.now() + options.minutes * 60_000;
  for (const round of rounds) {
    if (performance.now() > deadline) {
      say('the time for faults is over');
      return;
    }
    if (history.isFull) {
      say('!! the history is full: no more load, no more faults');
      return;
    }
    await faults.run(round);
    if (faults.brokenOff) return;
    await pause(round.quietMs);
  }
}

/** The last power failure finds a cluster in which most nodes hold only some of the groups. */
async function growForTheEnd({ options, cluster, workload, operations, say }: Run): Promise<void> {
  if (options.isSmoke || !options.kinds.some(isOfMembership)) return;
  for (const node of cluster.nodes.slice(FOUNDERS))
    say(await joinCluster({ cluster, workload, operations }, node));
}

async function endWithPowerFailure(run: Run): Promise<RunRecord['survivors']> {
  const { cluster, workload, archive, faults, random } = run;
  const number = faults.windows.length + 1;
  const { survivors, window } = await faults.expectingEnds(() =>
    failPowerWithoutPostgres(cluster, workload, archive, random, number),
  );
  faults.windows.push(window);
  run.say(`${window.kind}: ${window.proof}`);
  return survivors;
}

/** Waits until nothing changes any more, and reads all of it from every node and from Postgres. */
async function readBack(run: Run, survivors: RunRecord['survivors']): Promise<RunRecord> {
  const { cluster, workload, archive, say } = run;
  await workload.silenceAgents();
  const settledWork = await agentsSettle(workload, CHATTY_EVERY);
  const converged = await devicesConverge(workload);
  const caughtUp = await archiveCatchesUp(cluster, workload, archive);
  if (!converged) say('!! not every device has everything');
  if (!caughtUp) say('!! Postgres has not everything');
  await archive.stop();
  const sessionIds = workload.people.map(({ sessionId }) => sessionId);
  const read = [];
  for (const { id, process } of cluster.members)
    read.push(await readNode(workload.rest, id, process.url, sessionIds));
  return recordOf(run, {
    survivors,
    settledWork,
    nodeLogs: read.map(({ log }) => log),
    answers: read[0]?.answers ?? [],
    archive: await archive.readAll(),
  });
}

function recordOf(
  { workload, history, archive, terms, agents, faults }: Run,
  found: Pick<RunRecord, 'survivors' | 'settledWork' | 'nodeLogs' | 'answers' | 'archive'>,
): RunRecord {
  return {
    ...found,
    sessionIds: workload.people.map(({ sessionId }) => sessionId),
    appends: [...history.appends()],
    repeatedAcks: history.repeatedAcks,
    reads: [...history.reads()],
    cursors: [...history.cursors()],
    streams: workload.streams(),
    streamFaults: history.streamFaults,
    archiveFaults: archive.faults,
    archiveLooks: archive.looks,
    terms: terms.facts,
    deliveries: agents.deliveries,
    faults: faults.windows,
    unexpectedEnds: faults.unexpectedEnds,
  };
}
