import { finalLogs } from './final-log.ts';
import type { RunRecord } from './run-record.ts';
import { Findings, type Verdict } from './verdict.ts';

/** In the end Postgres holds every message as the log has it; during the run it held a prefix of each log. */
export function checkArchive(run: RunRecord): Verdict {
  const findings = new Findings('K6');
  let rows = 0;
  for (const [session, log] of finalLogs(run).entries()) {
    const name = run.sessionIds[session] ?? String(session);
    const archived = run.archive[session] ?? { seqs: [], digests: [] };
    rows += archived.digests.length;
    findings.looked(log.entries.length);
    const wrongSeq = archived.seqs.findIndex((seq, at) => seq !== at + 1);
    const wrong = archived.digests.findIndex((digest, at) => digest !== log.entries[at]?.digest);
    if (wrongSeq !== -1)
      findings.violation(`${name}: row ${wrongSeq + 1} has the seq ${archived.seqs[wrongSeq]}`);
    else if (wrong !== -1)
      findings.violation(`${name}: row ${wrong + 1} is not what the log holds`);
    if (archived.digests.length < log.entries.length)
      findings.violation(
        `${name}: Postgres has ${archived.digests.length} of ${log.entries.length} messages`,
      );
  }
  for (const { session, detail } of run.archiveFaults)
    findings.violation(`${run.sessionIds[session] ?? session}: during the run: ${detail}`);
  return findings.verdict({ rows, 'looks during the run': run.archiveLooks });
}
