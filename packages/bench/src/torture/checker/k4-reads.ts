import { sequenceDigest } from '../history/digest.ts';
import type { DeliveryStream, ReadOperation } from '../history/operations.ts';
import { finalLogs } from './final-log.ts';
import type { RunRecord, SessionLog } from './run-record.ts';
import { Findings, type Verdict } from './verdict.ts';

/** Pages are pieces of the log; what a subscriber was given over all its connections is its beginning. */
export function checkReads(run: RunRecord): Verdict {
  const findings = new Findings('K4');
  const logs = finalLogs(run);
  let reads = 0;
  for (const read of run.reads) {
    reads += 1;
    checkPage(read, logs[read.session], run.sessionIds[read.session] ?? '', findings);
  }
  let delivered = 0;
  let repeated = 0;
  for (const stream of run.streams) {
    delivered += stream.digests.length;
    repeated += stream.repeated;
    checkStream(stream, logs[stream.session], run.sessionIds[stream.session] ?? '', findings);
  }
  for (const { session, kind, detail } of run.streamFaults)
    findings.violation(`${run.sessionIds[session] ?? session}: ${kind}: ${detail}`);
  return findings.verdict({ pages: reads, streams: run.streams.length, delivered, repeated });
}

function checkPage(
  read: ReadOperation,
  log: SessionLog | undefined,
  name: string,
  findings: Findings,
): void {
  const { afterSeq, count, limit, headSeq, digest } = read;
  const entries = log?.entries ?? [];
  const where = `${name}: the page after ${afterSeq} (head ${headSeq})`;
  findings.looked();
  if (headSeq > entries.length)
    findings.violation(`${where} says there are ${headSeq} messages; in the end ${entries.length}`);
  if (count !== Math.min(limit, Math.max(0, headSeq - afterSeq)))
    findings.violation(`${where} has ${count} messages of at most ${limit}`);
  const expected = entries.slice(afterSeq, afterSeq + count).map((entry) => entry.digest);
  if (expected.length !== count || sequenceDigest(expected) !== digest)
    findings.violation(`${where} is not what the log holds there`);
}

function checkStream(
  stream: DeliveryStream,
  log: SessionLog | undefined,
  name: string,
  findings: Findings,
): void {
  const { digests, node } = stream;
  const entries = log?.entries ?? [];
  findings.looked(digests.length);
  const wrong = Array.from(digests).findIndex((digest, at) => digest !== entries[at]?.digest);
  if (wrong !== -1)
    findings.violation(`${name}: a subscriber on ${node} was given another message ${wrong + 1}`);
  if (digests.length < entries.length && !stream.leftEarly)
    findings.violation(
      `${name}: a subscriber on ${node} has ${digests.length} of ${entries.length} messages`,
    );
}
