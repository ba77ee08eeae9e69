import { mkdtempSync } from 'node:fs';
import { getPriority, setPriority, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type RigCluster, startRigCluster } from '../torture/rig/cluster.ts';
import { Campaign } from './campaign.ts';
import { corpus, readCase } from './corpus/index.ts';
import { HostileAgent } from './drive/hostile-agent.ts';
import { Stage } from './drive/stage.ts';
import type { FuzzCase } from './inputs/case.ts';
import type { FuzzOptions } from './options.ts';
import { type BystanderReport, Bystanders } from './oracle/bystanders.ts';
import { CaseLog } from './oracle/case-log.ts';
import { type Finding, type FindingKind, Findings } from './oracle/findings.ts';
import { GroupCheck } from './oracle/group-check.ts';
import { LoopProbe } from './oracle/loop-probe.ts';
import { HOT_MB, MemoryCheck } from './oracle/memory-check.ts';
import { ProcessWatch } from './oracle/process-watch.ts';
import { type FoundLine, saveFindings } from './save-findings.ts';

const NODES = 3;
const FLUSH_INTERVAL_MS = 1_000;
const CALM_MS = 20_000;
const SMOKE_CALM_MS = 8_000;
const SUSPECTS_MAX = 12;
/** What this thread adds to its nice value: hostile parties have machines of their own elsewhere. Those who measure keep theirs. */
const HOSTILE_NICE = 5;

/** The one line of JSON that a run prints. */
export interface FuzzReport extends BystanderReport {
  readonly outcome: 'nothing was found' | 'found';
  readonly seed: number;
  readonly inputs: number;
  readonly drawn: number;
  readonly groups_whole: number;
  readonly groups_whole_after_restart: number;
  readonly worst_loop_block_ms: number;
  readonly findings: readonly FoundLine[];
  readonly folder: string;
}

type Played = Omit<FuzzReport, 'findings' | 'folder'>;

interface Run {
  readonly options: FuzzOptions;
  readonly cluster: RigCluster;
  readonly stage: Stage;
  readonly findings: Findings;
  readonly processes: ProcessWatch;
  readonly probe: LoopProbe;
  readonly bystanders: Bystanders;
  readonly say: (text: string) => void;
}

/** How long something took, with everything else that the machine did. */
const TIMINGS: readonly FindingKind[] = ['loop-blocked', 'slow-bystanders'];

/**
 * Whether a finding makes the run fail. A smoke runs wherever `npm test` does, on machines that are busy or slow: what took
 * long there is reported, and fails the run only when one input alone brings it about again.
 */
function decides({ kind, confirmed }: Finding, { isSmoke }: FuzzOptions): boolean {
  return !isSmoke || confirmed !== null || !TIMINGS.includes(kind);
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Fuzzes a cluster of its own. Throws when the run could not be made at all. */
export async function runFuzz(options: FuzzOptions, nodeMain: string): Promise<FuzzReport> {
  const startedMs = performance.now();
  const say = (text: string): void => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0).padStart(5);
    process.stdout.write(`${seconds} s  ${text}\n`);
  };
  const folder = resolve(options.out ?? mkdtempSync(join(tmpdir(), 'fleetlm-fuzz-')));
  const findings = new Findings(say);
  say(`seed ${options.seed}; findings are saved in ${folder}`);
  const cluster = await startRigCluster({
    nodeMain,
    nodes: NODES,
    founders: NODES,
    linked: false,
    groups: options.groups,
    flushIntervalMs: FLUSH_INTERVAL_MS,
    hotBytesMax: HOT_MB * 1024 * 1024,
    withDisks: false,
  });
  const stop = (): void => {
    saveFindings(findings.all, folder);
    // Nodes end because they are stopped from now on: none is started again.
    for (const node of cluster.nodes) node.process.onEnd = () => undefined;
    void cluster.close(options.keep).then(() => process.exit(130));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  let keepFiles = true;
  try {
    const report = await fuzzCluster(options, cluster, findings, say);
    keepFiles = options.keep;
    return { ...report, findings: saveFindings(findings.all, folder), folder };
  } catch (error) {
    saveFindings(findings.all, folder);
    throw error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await cluster.close(keepFiles);
    if (keepFiles) say(`data and logs of the nodes are kept in ${cluster.directory}`);
  }
}

async function fuzzCluster(
  options: FuzzOptions,
  cluster: RigCluster,
  findings: Findings,
  say: Run['say'],
): Promise<Played> {
  const cases = new CaseLog(nowMs);
  const agents = await HostileAgent.listen(cluster.agentPort);
  const stage = new Stage({
    nodes: cluster.nodes.map(({ id, process: { url }, meshPort }) => ({
      id,
      url,
      port: Number(new URL(url).port),
      meshPort,
    })),
    credentials: cluster.credentials,
    clusterSecret: cluster.clusterSecret,
    agents,
    agentUrl: `http://127.0.0.1:${cluster.agentPort}`,
    findings,
    cases,
  });
  const probe = new LoopProbe((sample, milliseconds) => {
    const suspects = cases.between(sample.fromMs, sample.untilMs).slice(0, SUSPECTS_MAX);
    findings.add(
      'loop-blocked',
      `${sample.node} was blocked for ${Math.round(milliseconds)} ms (${Math.round(sample.cpuMs)} ms of processor time)`,
      suspects,
      suspects[0]?.name ?? 'nothing was played',
    );
  });
  const watch = (): void =>
    probe.watch(
      cluster.nodes.flatMap(({ id, process: { url, pid } }) =>
        pid === null ? [] : [{ id, url, pid }],
      ),
    );
  const processes = new ProcessWatch(cluster.nodes, findings, cases, watch);
  let bystanders: Bystanders | null = null;
  try {
    await stage.registerAgents();
    bystanders = await Bystanders.join(stage, findings);
    return await play(
      { options, cluster, stage, findings, processes, probe, bystanders, say },
      watch,
    );
  } finally {
    processes.close();
    await bystanders?.close();
    stage.close();
    await probe.close();
    await agents.close();
  }
}

async function play(run: Run, watch: () => void): Promise<Played> {
  const { options, stage, findings, processes, probe, bystanders, say } = run;
  const memory = new MemoryCheck(stage.nodes, findings);
  const campaign = new Campaign(stage);
  say('calm: honest users alone');
  await bystanders.measureCalm(options.isSmoke ? SMOKE_CALM_MS : CALM_MS);
  await memory.takeBase();
  watch();
  setPriority(getPriority() + HOSTILE_NICE);
  const listed = listOf(options);
  say(`${listed.length} cases of the corpus`);
  await campaign.playList(listed);
  let drawn = 0;
  if (options.replay.length === 0 && options.minutes > 0) {
    say(`${options.minutes} minutes of drawn inputs`);
    drawn = await campaign.playDrawn(options.seed, options.edges, options.minutes * 60_000);
    await campaign.turnsEnded();
  }
  await processes.settled();
  const pace = await bystanders.judge();
  const played = campaign.played;
  if (findings.all.length > 0) {
    say('suspects are played alone');
    await campaign.confirm(findings.all, processes);
  }
  say('memory settles; every group is written to and read');
  await memory.settle();
  const rest = await bystanders.finish();
  const groups = new GroupCheck(stage, findings, options.groups);
  const whole = await groups.check('at the end');
  say('all nodes are restarted');
  await processes.restartAll();
  const wholeAgain = await groups.check('after a restart');
  await bystanders.readBack();
  return {
    outcome: findings.all.some((found) => decides(found, options)) ? 'found' : 'nothing was found',
    seed: options.seed,
    inputs: played,
    drawn,
    ...pace,
    ...rest,
    groups_whole: whole,
    groups_whole_after_restart: wholeAgain,
    worst_loop_block_ms: Math.round(probe.worstMs),
  };
}

function listOf(options: FuzzOptions): readonly FuzzCase[] {
  if (options.replay.length > 0) return options.replay.map(readCase);
  if (options.withoutCorpus) return [];
  return corpus().filter(
    ({ name, edge }) => name.includes(options.only) && options.edges.includes(edge),
  );
}
