import type { AttemptReport } from '../../dispatch/attempt/attempt-report.ts';
import { errorText } from '../../error-text.ts';

export const SESSION = '07-01J00000000000000000000000';

/** Other sessions. */
export function sessionOf(number: number): string {
  return `07-01J${String(number).padStart(23, '0')}`;
}

/** An attempt that was answered, or whatever the test wants it to be. */
export function report(fields: Partial<AttemptReport> = {}): AttemptReport {
  const { sessionId = SESSION, epoch = 1 } = fields;
  return {
    sessionId,
    userId: 'ann',
    agentId: 'bot',
    epoch,
    attempt: 1,
    webhookId: `${sessionId}:${epoch}`,
    startedAtMs: Date.UTC(2026, 10, 23) + epoch * 1_000,
    throughSeq: 1,
    url: 'http://agent.example/webhook',
    status: 200,
    firstByteMs: 10.04,
    firstTokenMs: 20,
    totalMs: 30,
    outcome: 'answered',
    termination: 'finish',
    failureCode: null,
    failure: null,
    error: null,
    request: { headers: { 'webhook-id': 'x' }, body: '{"a":1}', isTruncated: false },
    response: { headers: {}, body: 'data: {}', isTruncated: true },
    nextAttemptAtMs: null,
    ...fields,
  };
}

/** An attempt that is made again. */
export function retried(fields: Partial<AttemptReport> = {}): AttemptReport {
  return report({
    outcome: 'will-retry',
    status: 503,
    failureCode: 'http_status',
    failure: 'status',
    error: errorText('The agent answered with status 503.'),
    firstTokenMs: null,
    termination: null,
    nextAttemptAtMs: Date.UTC(2026, 10, 23) + 60_000,
    ...fields,
  });
}

/** The last attempt, without an answer. */
export function failed(fields: Partial<AttemptReport> = {}): AttemptReport {
  return retried({ outcome: 'failed', nextAttemptAtMs: null, ...fields });
}
