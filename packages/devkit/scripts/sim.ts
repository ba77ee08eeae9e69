/** npm run sim: docs/internals/simulator.md */
import { simulate } from '@fleetlm/raft/sim';

try {
  process.exit(await simulate(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
