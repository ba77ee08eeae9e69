/** Runs in a thread of its own: what the rest of the campaign does must not look like a node that is slow. */
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { parentPort } from 'node:worker_threads';
import { type ProbedNode, probedNodesSchema, type Sample } from './loop-sample.ts';

const EVERY_MS = 100;
const LIMIT_MS = 60_000;
const SELF = '/proc/thread-self/schedstat';

let nodes: readonly ProbedNode[] = [];
const busy = new Set<string>();
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

parentPort?.on('message', (message: unknown) => {
  nodes = probedNodesSchema.parse(message);
});

/** Of this thread when it last ran: what it waited since may have kept it from an answer that was there. */
let ownWaitedMs = 0;

setInterval(() => {
  ownWaitedMs = readTimes(SELF).waitedMs;
  for (const node of nodes) {
    if (busy.has(node.id)) continue;
    busy.add(node.id);
    void probe(node).finally(() => busy.delete(node.id));
  }
}, EVERY_MS);

async function probe(node: ProbedNode): Promise<void> {
  const thread = `/proc/${node.pid}/task/${node.pid}/schedstat`;
  const before = readTimes(thread);
  const fromMs = performance.timeOrigin + performance.now();
  const answered = await liveAnswered(node.url);
  const untilMs = performance.timeOrigin + performance.now();
  if (!answered && untilMs - fromMs < LIMIT_MS) return;
  const after = readTimes(thread);
  const own = readTimes(SELF);
  const sample: Sample = {
    node: node.id,
    fromMs,
    untilMs,
    cpuMs: after.ranMs - before.ranMs,
    starvedMs: after.waitedMs - before.waitedMs + (own.waitedMs - ownWaitedMs),
  };
  ownWaitedMs = own.waitedMs;
  parentPort?.postMessage(sample);
}

function liveAnswered(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(`${url}/health/live`, { agent, timeout: LIMIT_MS }, (response) => {
      response.resume();
      response.once('end', () => resolve(true));
      response.once('error', () => resolve(false));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}

/** Time on a processor, and ready to run without one; zeros where the system does not report them. */
function readTimes(file: string): { readonly ranMs: number; readonly waitedMs: number } {
  try {
    const [ran, waited] = readFileSync(file, 'utf8').split(' ').map(Number);
    return { ranMs: (ran ?? 0) / 1e6, waitedMs: (waited ?? 0) / 1e6 };
  } catch {
    return { ranMs: 0, waitedMs: 0 };
  }
}
