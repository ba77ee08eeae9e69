import { listAgents } from '@/lib/agents.ts';
import { problemResponse, UNAUTHENTICATED } from '@/lib/problem-response.ts';
import { currentPerson } from '@/lib/session.ts';

/** The agents that a conversation can be started with: only what a person has to see of them. */
export async function GET(): Promise<Response> {
  if ((await currentPerson()) === null) return problemResponse(UNAUTHENTICATED);
  const agents = await listAgents('enabled');
  if (!agents.ok) return problemResponse(agents.problem);
  const list = agents.value.map(({ id, name }) => ({ id, name }));
  return Response.json({ agents: list }, { headers: { 'cache-control': 'no-store' } });
}
