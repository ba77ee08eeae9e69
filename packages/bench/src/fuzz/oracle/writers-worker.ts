/** Runs in a thread of its own: what the rest of the campaign does must not count as a latency of the cluster's. */
import { parentPort } from 'node:worker_threads';
import { Latencies } from '../../latencies.ts';
import { openLoop } from '../../load.ts';
import { BenchUser } from '../../user.ts';
import {
  type WritersAnswer,
  type WritersRequest,
  writersRequestSchema,
} from './writers-protocol.ts';

let users: readonly BenchUser[] = [];
let latencies = new Latencies();
let isRunning = true;
let load: Promise<void> = Promise.resolve();

parentPort?.on('message', (message: unknown) => {
  void answerTo(writersRequestSchema.parse(message)).then(
    (answer) => parentPort?.postMessage(answer),
    (error: unknown) => {
      const failed: WritersAnswer = { type: 'failed', detail: String(error) };
      parentPort?.postMessage(failed);
    },
  );
});

async function answerTo(request: WritersRequest): Promise<WritersAnswer> {
  switch (request.type) {
    case 'start':
      users = request.users.map((user) => new BenchUser(user));
      await Promise.all(users.map((user) => user.join()));
      load = openLoop(users, request.ratePerSecond, () => isRunning, record);
      return { type: 'done' };
    case 'measure':
      latencies = new Latencies();
      return { type: 'done' };
    case 'p99': {
      const [milliseconds = 0] = latencies.quantiles([0.99]);
      return { type: 'p99', milliseconds: Math.round(milliseconds * 10) / 10 };
    }
    case 'stop':
      isRunning = false;
      await load;
      for (const user of users) user.close();
      return {
        type: 'stopped',
        written: users.map(({ sessionId, acked, errors }) => ({
          sessionId,
          acked,
          refused: [...errors.values()].reduce((sum, count) => sum + count, 0),
        })),
      };
    default:
      return request satisfies never;
  }
}

function record(latency: number | null): void {
  if (latency !== null) latencies.add(latency);
}
