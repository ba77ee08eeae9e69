import type { FailureCode } from '@fleetlm/protocol';
import { errors } from 'undici';

const BY_SYSTEM_CODE: Readonly<Record<string, FailureCode>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  UND_ERR_SOCKET: 'connection_reset',
};

/** OpenSSL's and Node's own names for what is wrong with a certificate or a handshake. */
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO|EPROTO$|HOSTNAME_MISMATCH)/;

/** What kind of broken connection an error of the HTTP client stands for. */
export function connectionCode(error: unknown): FailureCode {
  for (const one of [error, causeOf(error)]) {
    const code = codeOf(one);
    if (code === null) continue;
    const known = BY_SYSTEM_CODE[code];
    if (known !== undefined) return known;
    if (TLS.test(code)) return 'tls';
  }
  return error instanceof errors.SocketError ? 'connection_reset' : 'connection_failed';
}

function causeOf(error: unknown): unknown {
  if (error instanceof AggregateError) return error.errors[0];
  return error instanceof Error ? error.cause : undefined;
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}
