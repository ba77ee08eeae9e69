import type { Measurement, TortureOptions } from '../options.ts';
import { measureFailover } from './failover.ts';
import { measureGrowth } from './growth.ts';
import { measureRollingRestart } from './rolling-restart.ts';
import type { Losses } from './steady-load.ts';

/** Makes one change to a cluster of its own under a steady load; the answer is its line of JSON. */
export function measure(
  what: Measurement,
  options: TortureOptions,
  nodeMain: string,
): Promise<Losses> {
  switch (what) {
    case 'failover':
      return measureFailover(options, nodeMain);
    case 'rolling-restart':
      return measureRollingRestart(options, nodeMain);
    case 'growth':
      return measureGrowth(options, nodeMain);
    default:
      return what satisfies never;
  }
}
