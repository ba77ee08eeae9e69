/** npm run sim -- [--seeds N] [--seed S] [--once] | --replay S | --zoo [--seeds N] | --layer 1 [--seeds N] [--groups G] */
import { simulate } from '@fleetlm/raft/sim';

try {
  process.exit(simulate(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
