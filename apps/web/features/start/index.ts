export { AgentList } from './agent-list.tsx';
export type { AgentChoice } from './agents-found.ts';
export { fetchAgents } from './queries.ts';
export { useStart } from './use-start.ts';
