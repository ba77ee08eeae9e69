import { BODY_BYTES_MAX as AGENT_BODY_BYTES_MAX } from '@fleetlm/agent';
import {
  CHECKPOINT_BYTES_MAX,
  ERROR_LENGTH_MAX,
  EVICTED_TAIL_BYTES_MAX,
  ID_LENGTH_MAX,
  METADATA_BYTES_PER_USER_MAX,
  REQUESTS_MAX,
  KIND_LENGTH_MAX as STORED_KIND_LENGTH_MAX,
  PREVIEW_LENGTH_MAX as STORED_PREVIEW_LENGTH_MAX,
} from '@fleetlm/conversation';
import * as protocol from '@fleetlm/protocol';
import { HOST_LIMITS_DEFAULT } from '@fleetlm/raft/host';
import { HANDSHAKE_BYTES_MAX } from '@fleetlm/raft/mesh';
import { SEGMENT_BYTES_DEFAULT } from '@fleetlm/raft/wal';
import { describe, expect, test } from 'vitest';
import { REPORT_BODY_LENGTH_MAX } from '../effects/dispatch/attempt/attempt-report.ts';
import {
  ANSWER_HELD_BYTES_MAX,
  ERROR_BODY_BYTES_MAX,
} from '../effects/dispatch/call/agent-call.ts';
import { LINE_LENGTH_MAX } from '../effects/dispatch/call/answer-stream.ts';
import {
  ANSWERS_BYTES_MAX,
  ANSWERS_BYTES_PER_AGENT_MAX,
} from '../effects/dispatch/call/byte-budget.ts';
import { CONNECTIONS_PER_AGENT_MAX } from '../effects/dispatch/call/http-pools.ts';
import { DISPATCH_LIMITS } from '../effects/dispatch/dispatch-limits.ts';
import { SUMMARY_RESPONSE_BYTES_MAX } from '../effects/dispatch/history/compaction.ts';
import * as edge from '../gateway/limits.ts';
import * as node from '../limits.ts';
import { AGENTS_BYTES_MAX, AGENTS_MAX } from '../membership/agent-registry.ts';
import { SKIPPED_ENTRIES_MAX } from '../membership/skipped-entries.ts';
import { CALLS_PER_PEER_MAX, SERVED_PER_PEER_MAX } from '../router/remote-calls.ts';
import { CALLS_MAX } from '../router/router.ts';

/** A character that JSON escapes takes at most so many bytes. */
const ESCAPED_BYTES_MAX = 6;
const MESSAGE_BYTES_MAX = Math.max(
  protocol.REPLY_BYTES_MAX,
  protocol.CONTENT_BYTES_MAX + protocol.METADATA_BYTES_MAX,
);
const host = { ...HOST_LIMITS_DEFAULT, entryBytesMax: node.ENTRY_BYTES_MAX };

/** What stands on the left passes wherever what stands on the right is the limit. */
function fits(...stages: readonly (readonly [name: string, bytes: number])[]): void {
  for (const [at, [name, bytes]] of stages.entries()) {
    const next = stages[at + 1];
    if (next !== undefined) expect(bytes, `${name} in ${next[0]}`).toBeLessThanOrEqual(next[1]);
  }
}

describe('what passes one stage fits all later ones', () => {
  test('a request', () => {
    fits(
      ['content and metadata', protocol.CONTENT_BYTES_MAX + protocol.METADATA_BYTES_MAX],
      ['a body', protocol.BODY_BYTES_MAX],
      ['a websocket message', edge.SOCKET_MESSAGE_BYTES_MAX],
    );
    fits(['a body', protocol.BODY_BYTES_MAX], ['a chat', protocol.CHAT_BODY_BYTES_MAX]);
    fits(['content', protocol.JSON_DEPTH_MAX], ['a body', protocol.BODY_DEPTH_MAX]);
    // A value has one byte and a comma at least.
    fits(
      ['values of content', protocol.CONTENT_BYTES_MAX / 2 + protocol.METADATA_BYTES_MAX / 2],
      ['values of a body', protocol.BODY_VALUES_MAX],
    );
    // Distinct ones: two quotes, a colon, a comma, a value and two characters at least, but for a few.
    fits(
      ['keys of content', protocol.CONTENT_BYTES_MAX / 7],
      ['of a body', protocol.OBJECT_KEYS_MAX],
    );
    fits(['a token', edge.TOKEN_LENGTH_MAX], ['headers', edge.HEADER_BYTES_MAX]);
    fits(
      ['headers of an agent', registrationBytes()],
      ['a body', protocol.BODY_BYTES_MAX],
      ['an entry', node.ENTRY_BYTES_MAX],
    );
    fits(
      ['ids in a path', protocol.USER_ID_LENGTH_MAX],
      ['a part of it', edge.PATH_PARAMETER_LENGTH_MAX],
    );
  });

  test('an answer', () => {
    fits(
      ['a line', LINE_LENGTH_MAX],
      ['what is held of an answer', ANSWER_HELD_BYTES_MAX],
      ['answers of an agent', ANSWERS_BYTES_PER_AGENT_MAX],
      ['answers of a node', ANSWERS_BYTES_MAX],
    );
    fits(
      ['metadata of a reply', protocol.METADATA_BYTES_MAX],
      ['a reply', protocol.REPLY_BYTES_MAX],
    );
    fits(
      // As text whose every character is escaped.
      ['an excerpt', ESCAPED_BYTES_MAX * node.REPLY_EXCERPT_LENGTH_MAX],
      ['a reply', protocol.REPLY_BYTES_MAX],
      ['chunks of a run', node.LIVE_CHUNKS_BYTES_MAX],
    );
    fits(
      ['a summary in metadata', protocol.SUMMARY_LENGTH_MAX],
      ['its response', SUMMARY_RESPONSE_BYTES_MAX / ESCAPED_BYTES_MAX],
    );
    fits(['tool calls', node.REPLY_TOOL_CALLS_MAX], ['parts', node.REPLY_PARTS_MAX]);
    fits(
      ['calls that wait for the user', protocol.TOOL_REQUESTS_MAX],
      ['requests of a message in the state', REQUESTS_MAX],
    );
    fits(
      ['calls to an agent', DISPATCH_LIMITS.callsPerAgentMax],
      ['connections', CONNECTIONS_PER_AGENT_MAX],
    );
    fits(
      ['a report of an error', REPORT_BODY_LENGTH_MAX],
      ['what is read of it', ERROR_BODY_BYTES_MAX],
    );
    // The newest message is sent, however large it is.
    fits(
      ['the newest message', MESSAGE_BYTES_MAX],
      ['a call', node.HISTORY_BYTES_MAX],
      ['the body that an agent takes', AGENT_BODY_BYTES_MAX / 2],
    );
  });

  test('an error text', () => {
    fits(
      ['an error text', protocol.ERROR_TEXT_LENGTH_MAX],
      ['the text of a command', ERROR_LENGTH_MAX],
      ['what a command has beside payloads', node.COMMAND_OVERHEAD_BYTES_MAX / 3],
    );
  });

  test('names and ids', () => {
    for (const length of [
      protocol.USER_ID_LENGTH_MAX,
      protocol.AGENT_ID_LENGTH_MAX,
      protocol.CLIENT_MESSAGE_ID_LENGTH_MAX,
      protocol.CHAT_ID_LENGTH_MAX,
    ])
      fits(['an id', length], ['an id in the log', ID_LENGTH_MAX]);
    fits(['a kind', protocol.KIND_LENGTH_MAX], ['a kind in the log', STORED_KIND_LENGTH_MAX]);
    fits(['a preview', protocol.PREVIEW_LENGTH_MAX], ['one in the log', STORED_PREVIEW_LENGTH_MAX]);
    fits(
      [
        'names of a message',
        ESCAPED_BYTES_MAX * (protocol.USER_ID_LENGTH_MAX + protocol.KIND_LENGTH_MAX),
      ],
      ['its envelope', node.MESSAGE_ENVELOPE_BYTES_MAX],
    );
  });

  test('a command of the log', () => {
    fits(
      [
        'a message, the partial reply that it ends, and what is beside them',
        protocol.CONTENT_BYTES_MAX +
          protocol.METADATA_BYTES_MAX +
          protocol.REPLY_BYTES_MAX +
          node.COMMAND_OVERHEAD_BYTES_MAX,
      ],
      ['an entry', node.ENTRY_BYTES_MAX],
      ['uncommitted entries', host.uncommittedBytesMax],
    );
    fits(
      ['a checkpoint', CHECKPOINT_BYTES_MAX + node.COMMAND_OVERHEAD_BYTES_MAX],
      ['an entry', node.ENTRY_BYTES_MAX],
    );
    fits(
      ['a batch of evicted tails', EVICTED_TAIL_BYTES_MAX + node.COMMAND_OVERHEAD_BYTES_MAX],
      ['an entry', node.ENTRY_BYTES_MAX],
    );
    fits(['an entry', node.ENTRY_BYTES_MAX], ['entries in flight', host.inflightBytesMax]);
    fits(
      ['an entry', node.ENTRY_BYTES_MAX],
      ['a batch', host.walBatchBytesMax],
      ['a segment', SEGMENT_BYTES_DEFAULT],
      ['bytes that wait for the disk', host.walQueuedBytesMax],
    );
    fits(
      ['metadata of a session', protocol.METADATA_BYTES_MAX],
      ['of a user', METADATA_BYTES_PER_USER_MAX],
    );
  });

  test('a snapshot of the system group', () => {
    const registrations = Math.min(AGENTS_MAX * registrationBytes(), AGENTS_BYTES_MAX);
    fits(
      // Both secrets of every agent are counted; decisions of operators are beside them.
      ['registrations', registrations + SKIPPED_ENTRIES_MAX * node.COMMAND_OVERHEAD_BYTES_MAX],
      ['a snapshot', host.snapshotBytesMax],
    );
    fits(
      ['one registration', registrationBytes()],
      ['a page of them', protocol.PAGE_BYTES_MAX],
      ['all of them', AGENTS_BYTES_MAX],
    );
    // Who asks without a limit gets all that fits.
    fits(['agents', AGENTS_MAX], ['a page of them', protocol.AGENTS_PAGE_LIMIT_MAX]);
  });

  test('a frame of the mesh', () => {
    // A frame of Raft is closed once it is above its limit, so it has one entry more at most.
    fits(
      ['entries', host.frameBytesMax + node.ENTRY_BYTES_MAX + host.appendBytesMax],
      ['a frame', node.MESH_FRAME_BYTES_MAX],
      ['bytes that wait for a peer', node.MESH_QUEUE_BYTES_MAX],
    );
    fits(
      ['a piece of a snapshot', host.snapshotChunkBytes],
      ['a frame', node.MESH_FRAME_BYTES_MAX],
    );
    fits(['a handshake', HANDSHAKE_BYTES_MAX], ['a frame', node.MESH_FRAME_BYTES_MAX]);
    // A page has one item more than its limit at most, and the rest of its answer beside it.
    fits(['a page', 2 * protocol.PAGE_BYTES_MAX], ['a frame', node.MESH_FRAME_BYTES_MAX]);
    fits(['a run in progress', node.LIVE_CHUNKS_BYTES_MAX], ['a frame', node.MESH_FRAME_BYTES_MAX]);
    fits(['calls to a peer', CALLS_PER_PEER_MAX], ['calls of a peer', SERVED_PER_PEER_MAX]);
    fits(['calls to a peer', CALLS_PER_PEER_MAX], ['calls', CALLS_MAX]);
  });

  test('what a reader is sent', () => {
    const message = MESSAGE_BYTES_MAX + node.MESSAGE_ENVELOPE_BYTES_MAX;
    fits(['a message', message], ['a page', protocol.PAGE_BYTES_MAX]);
    fits(
      ['a session', protocol.METADATA_BYTES_MAX + node.SESSION_ENVELOPE_BYTES_MAX],
      ['a page', protocol.PAGE_BYTES_MAX],
    );
    const page = Math.max(edge.JOIN_BYTES_MAX, message);
    fits(
      [
        'a page, a run, events during the join, and live events after it',
        page +
          node.LIVE_CHUNKS_BYTES_MAX +
          edge.JOIN_PENDING_BYTES_MAX +
          message +
          edge.SOCKET_BUFFER_BYTES_MAX,
      ],
      ['the buffer of a socket', edge.SOCKET_BUFFER_BYTES_HARD],
    );
    fits(
      ['an inbox', protocol.PAGE_BYTES_MAX + edge.SOCKET_BUFFER_BYTES_MAX],
      ['the buffer of a socket', edge.SOCKET_BUFFER_BYTES_HARD],
    );
    fits(
      ['a run and its reply', node.LIVE_CHUNKS_BYTES_MAX + protocol.REPLY_BYTES_MAX],
      ['the buffer of a stream', edge.STREAM_BUFFER_BYTES_MAX],
    );
    fits(
      [
        'a run and the events during its reading',
        node.LIVE_CHUNKS_BYTES_MAX + edge.STREAM_PENDING_BYTES_MAX,
      ],
      ['the buffer of a stream', edge.STREAM_BUFFER_BYTES_MAX],
    );
    fits(
      ['a reply', message],
      ['events during the reading of a run', edge.STREAM_PENDING_BYTES_MAX],
    );
    fits(['messages of a join', edge.JOIN_MESSAGES_MAX], ['a page', protocol.PAGE_LIMIT_MAX]);
    fits(['sessions of an inbox', edge.INBOX_SESSIONS_MAX], ['a page', protocol.PAGE_LIMIT_MAX]);
  });

  test('what is counted on a node', () => {
    fits(
      ['sockets without a token', edge.UNAUTHENTICATED_SOCKETS_MAX],
      ['sockets', edge.SOCKETS_MAX],
      ['connections', edge.CONNECTIONS_MAX],
    );
    fits(
      ['sockets and streams', edge.SOCKETS_MAX + edge.STREAMS_MAX],
      ['connections', edge.CONNECTIONS_MAX],
    );
    fits(
      ['events of a socket', edge.SOCKET_RATE.burst],
      ['packets', edge.CONNECTION_PACKET_RATE.burst],
    );
  });
});

/** Of one agent: each field at its limit. */
function registrationBytes(): number {
  const header = protocol.AGENT_HEADER_NAME_LENGTH_MAX + protocol.AGENT_HEADER_VALUE_LENGTH_MAX + 8;
  return (
    // Backslashes and quotes of a value are escaped; names and URLs have none.
    protocol.AGENT_HEADERS_MAX * (header + protocol.AGENT_HEADER_VALUE_LENGTH_MAX) +
    3 * protocol.AGENT_URL_LENGTH_MAX +
    ESCAPED_BYTES_MAX * protocol.AGENT_NAME_LENGTH_MAX +
    protocol.AGENT_ID_LENGTH_MAX +
    node.COMMAND_OVERHEAD_BYTES_MAX
  );
}
