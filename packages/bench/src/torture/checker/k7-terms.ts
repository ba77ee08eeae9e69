import type { RunRecord } from './run-record.ts';
import { Findings, type Verdict } from './verdict.ts';

/** From what nodes report of their replicas: a term has one leader, and a replica's term never goes back. */
export function checkTerms(run: RunRecord): Verdict {
  const findings = new Findings('K7');
  const leaders = new Map<string, { readonly node: string; readonly atMs: number }>();
  const newest = new Map<string, number>();
  const facts = [...run.terms].sort((a, b) => a.atMs - b.atMs);
  for (const { node, group, term, isLeader, atMs } of facts) {
    findings.looked();
    const replica = `${node} group ${group}`;
    const before = newest.get(replica) ?? 0;
    if (term < before) findings.violation(`${replica}: term ${term} after term ${before}`);
    newest.set(replica, Math.max(before, term));
    if (!isLeader) continue;
    const key = `group ${group} term ${term}`;
    const leader = leaders.get(key);
    if (leader !== undefined && leader.node !== node)
      findings.violation(
        `${key}: ${leader.node} led, and ${Math.round(atMs - leader.atMs)} ms later ${node}`,
      );
    leaders.set(key, { node, atMs });
  }
  return findings.verdict({
    'leaderships seen': leaders.size,
    'highest term': Math.max(0, ...newest.values()),
  });
}
