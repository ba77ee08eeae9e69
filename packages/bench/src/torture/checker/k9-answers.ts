import type { AgentDelivery, LoggedAnswer, RunRecord } from './run-record.ts';
import { Findings, type Verdict } from './verdict.ts';

/** Answers in the log against what the agent wrote, call by call. */
export function checkAnswers(run: RunRecord): Verdict {
  const findings = new Findings('K9');
  const deliveries = groupedByTurn(run.deliveries, ({ session, epoch }) => turn(session, epoch));
  const answers = groupedByTurn(run.answers, ({ session, epoch }) => turn(session, epoch));
  for (const [key, logged] of answers) {
    const calls = deliveries.get(key) ?? [];
    for (const answer of logged) checkAnswer(run, answer, calls, findings);
    const [first] = logged;
    if (first !== undefined && logged.length > 1)
      findings.violation(
        `${nameOf(run, first)}: epoch ${first.epoch} has ${logged.length} answers`,
      );
  }
  for (const [key, calls] of deliveries) checkCalls(run, calls, answers.get(key) ?? [], findings);
  for (const { session, status } of run.settledWork) {
    findings.looked();
    if (status !== 'idle' && status !== 'failed')
      findings.violation(
        `${run.sessionIds[session]}: the agent's work never ended; it is ${status}`,
      );
  }
  return findings.verdict({
    answers: run.answers.length,
    calls: run.deliveries.length,
    turns: deliveries.size,
    'ended early': run.answers.filter(({ termination }) => termination !== 'finish').length,
  });
}

function checkAnswer(
  run: RunRecord,
  answer: LoggedAnswer,
  calls: readonly AgentDelivery[],
  findings: Findings,
): void {
  findings.looked();
  const where = `${nameOf(run, answer)} seq ${answer.seq}`;
  const isPiece = calls.some((call) => prefixes(call.pieces).has(answer.text));
  if (!isPiece)
    findings.violation(
      `${where}: the answer is not the beginning of any of the ${calls.length} calls of epoch ${answer.epoch}`,
    );
  else if (
    answer.termination === 'finish' &&
    !calls.some((call) => call.pieces.join('') === answer.text)
  )
    findings.violation(`${where}: the answer says it is whole, and lacks its end`);
}

function checkCalls(
  run: RunRecord,
  calls: readonly AgentDelivery[],
  answers: readonly LoggedAnswer[],
  findings: Findings,
): void {
  const byTime = [...calls].sort((a, b) => a.attempt - b.attempt);
  const attempts = new Set<number>();
  for (const call of byTime) {
    findings.looked();
    const where = `${nameOf(run, call)} epoch ${call.epoch} attempt ${call.attempt}`;
    if (call.webhookId !== call.expectedWebhookId)
      findings.violation(`${where}: webhook-id ${call.webhookId}, not ${call.expectedWebhookId}`);
    if (attempts.has(call.attempt)) findings.violation(`${where} was called twice`);
    attempts.add(call.attempt);
  }
  const last = byTime.at(-1);
  if (last?.completed === true && answers.length === 0)
    findings.violation(
      `${nameOf(run, last)} epoch ${last.epoch}: the last call was answered whole, and nothing was kept`,
    );
}

function prefixes(pieces: readonly string[]): ReadonlySet<string> {
  const all = new Set(['']);
  let text = '';
  for (const piece of pieces) {
    text += piece;
    all.add(text);
  }
  return all;
}

function turn(session: number, epoch: number): string {
  return `${session}:${epoch}`;
}

function nameOf(run: RunRecord, { session }: { readonly session: number }): string {
  return run.sessionIds[session] ?? String(session);
}

function groupedByTurn<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
