import { listAgents } from '@/server/cluster/agents.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';
import { problemResponse } from '@/server/guards/problem-response.ts';

/** The agents that a conversation can be started with: only what a person has to see of them. */
export const GET = userRoute(async () => {
  const agents = await listAgents('enabled');
  if (!agents.ok) return problemResponse(agents.problem);
  const list = agents.value.map(({ id, name, description, suggested_prompts }) => ({
    id,
    name,
    description,
    suggested_prompts,
  }));
  return Response.json({ agents: list }, { headers: { 'cache-control': 'no-store' } });
});
