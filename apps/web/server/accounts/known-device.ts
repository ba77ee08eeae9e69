import 'server-only';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { KNOWN_DEVICE_ACCOUNTS_MAX } from '../../common/limits.ts';

export const KNOWN_DEVICE_COOKIE = 'fleetlm.known-device';

const MARK_BYTES = 24;
/** Of base64url. */
const MARK_LENGTH = (MARK_BYTES * 4) / 3;

/** Whether this browser signed in to the account before: a mark that only this app can make says so. */
export function isKnownDevice(
  cookie: string | undefined,
  account: string,
  secret: string,
): boolean {
  const mark = Buffer.from(markOf(account, secret));
  return marksOf(cookie).some((other) => timingSafeEqual(Buffer.from(other), mark));
}

/** The cookie after a sign-in to the account: the newest mark first. */
export function withKnownDevice(
  cookie: string | undefined,
  account: string,
  secret: string,
): string {
  const mark = markOf(account, secret);
  const others = marksOf(cookie).filter((other) => other !== mark);
  return [mark, ...others].slice(0, KNOWN_DEVICE_ACCOUNTS_MAX).join('.');
}

function markOf(account: string, secret: string): string {
  return createHmac('sha256', secret)
    .update(`known device ${account.trim().toLowerCase()}`)
    .digest()
    .subarray(0, MARK_BYTES)
    .toString('base64url');
}

function marksOf(cookie: string | undefined): readonly string[] {
  const marks = (cookie ?? '').split('.', KNOWN_DEVICE_ACCOUNTS_MAX);
  return marks.filter((mark) => mark.length === MARK_LENGTH && /^[\w-]{1,64}$/.test(mark));
}
