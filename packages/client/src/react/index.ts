export { FleetProvider, useFleetClient } from './context.ts';
export { useAnswer, useConnection, useInbox, useSession } from './hooks.ts';
export { useStore } from './use-store.ts';
