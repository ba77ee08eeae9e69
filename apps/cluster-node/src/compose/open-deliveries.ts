import type { Environment } from '../config/environment.ts';
import { DeliveryKeeper } from '../effects/deliveries/index.ts';
import { oneLine } from '../effects/one-line.ts';
import type { Logger } from '../telemetry/logger.ts';

/** The record of calls to agents of this node. Nothing is written before something was reported. */
export function openDeliveries(
  { nodeId, databaseUrl }: Pick<Environment, 'nodeId' | 'databaseUrl'>,
  agentIds: () => readonly string[],
  log: Logger,
): DeliveryKeeper {
  return new DeliveryKeeper({
    nodeId,
    databaseUrl,
    wallClockMs: Date.now,
    agentIds,
    onTurn: (error) => {
      if (error === null) log.info('deliveries are written again');
      else log.warn({ detail: oneLine(error) }, 'deliveries can not be written for now');
    },
    onRefused: (error) => log.error({ detail: oneLine(error) }, 'a delivery can not be written'),
    onReadError: (error) => log.warn({ detail: oneLine(error) }, 'deliveries could not be read'),
  });
}
