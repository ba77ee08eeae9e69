import { createHash } from 'node:crypto';
import type { FailureCode } from '@fleetlm/protocol';

const SIGNATURE_LENGTH_MAX = 160;

const GROUP_ID_LENGTH = 12;

/** The name of the group of failures with this signature; Postgres makes the same of it. */
export function groupIdOf(signature: string): string {
  return createHash('sha256').update(signature).digest('hex').slice(0, GROUP_ID_LENGTH);
}

/**
 * What failures of one kind have in common: the code, the status, and the sentence without what differs from one to
 * the next (quotes, ids, addresses, numbers).
 */
export function failureSignature(
  code: FailureCode,
  status: number | null,
  error: string | null,
): string {
  if (code === 'http_status') return `http_status ${status ?? 'none'}`;
  const gist = (error ?? '')
    .replaceAll(/"[^"]*"|'[^']*'|\{.*\}/g, '…')
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/gi, '…')
    .replaceAll(/[0-9a-f]{16,}/gi, '…')
    .replaceAll(/\d+/g, '#');
  return `${code} ${gist}`.slice(0, SIGNATURE_LENGTH_MAX).toWellFormed();
}
