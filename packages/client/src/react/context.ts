import { createContext, useContext } from 'react';
import type { FleetClient } from '../fleet-client.ts';

const FleetContext = createContext<FleetClient | null>(null);

/**
 * Gives the components below it a client, which the page starts and stops.
 *
 * @example <FleetProvider value={client}><Chat sessionId={id} /></FleetProvider>
 */
export const FleetProvider = FleetContext.Provider;

/** The client of the nearest `FleetProvider`; without one it is a programming error. */
export function useFleetClient(): FleetClient {
  const client = useContext(FleetContext);
  if (client === null)
    throw new Error('useFleetClient needs a <FleetProvider value={client}> above it.');
  return client;
}
