/**
 * Three hosts, three processes, real sockets and files: commits a second, latency, and what idling costs.
 *
 *   node packages/raft/bench/host-bench.ts [groups=256] [inflight=50] [seconds=5] [bytes=200]
 *
 * `inflight` is per node, 0 measures idling only; every node proposes on the groups that it leads. Add `--cpu-prof` to NODE_OPTIONS to
 * see where the time goes. `MESH=plain` leaves out the encryption between the nodes: what it costs is the difference.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const setting = (name: string, otherwise: number): number => {
  const given = process.argv.find((argument) => argument.startsWith(`${name}=`));
  return given === undefined ? otherwise : Number(given.slice(name.length + 1));
};

const groups = setting('groups', 256);
const inflight = setting('inflight', 50);
const seconds = setting('seconds', 5);
const bytes = setting('bytes', 200);
const NODES = [1, 2, 3];

interface Report {
  readonly commits: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuShare: number;
  readonly rounds: number;
  readonly syncs: number;
  readonly framesSent: number;
  readonly messagesSent: number;
  readonly elections: number;
}

function answer<T>(child: ChildProcess, type: string, message: object | null): Promise<T> {
  return new Promise((resolve) => {
    const listen = (reply: { type: string; value: T }): void => {
      if (reply.type !== type) return;
      child.off('message', listen);
      resolve(reply.value);
    };
    child.on('message', listen);
    if (message !== null) child.send(message);
  });
}

const directory = mkdtempSync(join(tmpdir(), 'host-bench-'));
const script = join(import.meta.dirname, 'host-bench-node.ts');
const children = NODES.map((number) => fork(script, [String(number), directory, String(groups)]));
const ports = await Promise.all(children.map((child) => answer<number>(child, 'port', null)));
await Promise.all(children.map((child) => answer<null>(child, 'led', { type: 'peers', ports })));
process.stdout.write(`${groups} groups led\n`);

const print = (title: string, reports: readonly Report[]): void => {
  const sum = (of: (report: Report) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const max = (of: (report: Report) => number): number => Math.max(...reports.map(of));
  const commits = sum(({ commits: each }) => each);
  const cpu = sum(({ cpuShare }) => cpuShare);
  process.stdout.write(
    `${title}: ${Math.round(commits / seconds)} commits/s, p50 ${max(({ p50Ms }) => p50Ms).toFixed(2)} ms, ` +
      `p99 ${max(({ p99Ms }) => p99Ms).toFixed(2)} ms, CPU of a core a node ${reports.map(({ cpuShare }) => `${(cpuShare * 100).toFixed(1)} %`).join(' ')}` +
      `${commits === 0 ? '' : `, ${((cpu * seconds * 1e6) / commits).toFixed(1)} us a commit (3 nodes)`}\n` +
      `   per second and node: ${Math.round(sum(({ rounds }) => rounds) / 3 / seconds)} rounds, ` +
      `${Math.round(sum(({ syncs }) => syncs) / 3 / seconds)} syncs, ${Math.round(sum(({ framesSent }) => framesSent) / 3 / seconds)} frames, ` +
      `${Math.round(sum(({ messagesSent }) => messagesSent) / 3 / seconds)} messages; elections ${sum(({ elections }) => elections)}\n`,
  );
};

const run = async (load: number): Promise<readonly Report[]> =>
  Promise.all(
    children.map((child) =>
      answer<Report>(child, 'report', { type: 'run', inflight: load, seconds, bytes }),
    ),
  );

await new Promise((resolve) => setTimeout(resolve, 4_000));
print('idle', await run(0));
if (inflight > 0) {
  await run(inflight);
  print(`${inflight} in flight a node`, await run(inflight));
  print('1 in flight a node', await run(1));
}
for (const child of children) child.send({ type: 'end' });
await Promise.all(children.map((child) => new Promise((resolve) => child.once('exit', resolve))));
rmSync(directory, { recursive: true, force: true });
