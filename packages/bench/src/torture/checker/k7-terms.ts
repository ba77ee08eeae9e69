import type { RunRecord } from './run-record.ts';
import { Findings, type Verdict } from './verdict.ts';

/**
 * From what nodes report of their replicas: a term has one leader, and a replica's term never goes back. A process
 * may say a term that it has not made durable yet; over a restart only the terms in which it led count, since a
 * leader's own vote is on its disk. A replica that begins anew, on an emptied disk or in a group that it had left, knows no
 * term; that it does not vote in an old one shows in a term with two leaders.
 */
export function checkTerms(run: RunRecord): Verdict {
  const findings = new Findings('K7');
  const leaders = new Map<string, { readonly name: string; readonly atMs: number }>();
  const newest = new Map<string, number>();
  const led = new Map<string, number>();
  const facts = [...run.terms].sort((a, b) => a.atMs - b.atMs);
  for (const { node, life, boot, group, term, isLeader, atMs } of facts) {
    findings.looked();
    const name = `${node} (life ${life})`;
    const replica = `${name} group ${group}`;
    const run = `${replica} boot ${boot}`;
    const before = Math.max(newest.get(run) ?? 0, led.get(replica) ?? 0);
    if (term < before) findings.violation(`${replica}: term ${term} after term ${before}`);
    newest.set(run, Math.max(before, term));
    if (isLeader) led.set(replica, Math.max(before, term));
    if (!isLeader) continue;
    const key = `group ${group} term ${term}`;
    const leader = leaders.get(key);
    if (leader !== undefined && leader.name !== name)
      findings.violation(
        `${key}: ${leader.name} led, and ${Math.round(atMs - leader.atMs)} ms later ${name}`,
      );
    leaders.set(key, { name, atMs });
  }
  return findings.verdict({
    'leaderships seen': leaders.size,
    'highest term': Math.max(0, ...newest.values()),
  });
}
