import type { ErrorCode } from '@fleetlm/protocol';

/** What to do about each code; a code without advice does not compile. */
export const ERROR_ADVICE: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'Correct the fields that `errors` names.',
  unauthenticated: 'Get a new token and connect again.',
  forbidden: "Nothing with this token: it is another user's, or for operators.",
  not_found: 'Check the id. What belongs to another user is not found either.',
  method_not_allowed: 'See [the calls](rest.md).',
  conflict:
    'Read the current state: the id is taken, the session is archived, or nothing is running.',
  payload_too_large: 'Send less: `content` 256 KiB, `metadata` 64 KiB.',
  unsupported_media_type: 'Send `content-type: application/json`.',
  malformed_request: 'Send well-formed HTTP/1.1, with a `host` and one length of the body.',
  request_timeout: 'Send the whole request within 30 s, its headers within 10 s.',
  headers_too_large: 'Send fewer or shorter headers and a shorter URL: 16 KiB together.',
  rate_limited: 'Wait as `Retry-After` says.',
  budget_exhausted:
    'Wait until midnight UTC, or have the owner of the agent raise its budget. Nothing was stored.',
  internal: 'Report it to an operator; the log of the node has the details.',
  overloaded: 'Try again, with backoff. Nothing was done.',
  no_quorum: 'Try again, with backoff, at another node too. Nothing was done.',
  agent_failed:
    'The message is kept, and its turn is a failed one: have it answered again with `POST /api/sessions/:id/retry`.',
  archive_unavailable:
    'Try again later: what is asked for has left memory, and only Postgres has it. Conversations in progress are not affected.',
  timeout:
    'The outcome is unknown. Send the same again, with the same `client_message_id`: it is done once.',
};
