import {
  ERROR_TEXT_LENGTH_MAX,
  JSON_DEPTH_MAX,
  METADATA_BYTES_MAX,
  REPLY_BYTES_MAX,
  SUMMARY_LENGTH_MAX,
  TOOL_REQUESTS_MAX,
  USAGE_COST_MICROS_MAX,
  USAGE_TOKENS_MAX,
} from '@fleetlm/protocol';
import { type LimitRow, limitRows } from '@fleetlm/protocol/reference';
import { REPORT_BODY_LENGTH_MAX } from '../effects/dispatch/attempt/attempt-report.ts';
import { CHUNKS_PER_SECOND_MAX } from '../effects/dispatch/attempt/chunk-throttle.ts';
import { BATCH_ITEMS_MAX } from '../effects/dispatch/attempt/merged-batch.ts';
import { ATTEMPTS_MAX } from '../effects/dispatch/attempt/retry-policy.ts';
import { ERROR_BODY_BYTES_MAX } from '../effects/dispatch/call/agent-call.ts';
import {
  CHUNKS_MAX,
  LINE_LENGTH_MAX,
  STREAM_BYTES_MAX,
} from '../effects/dispatch/call/answer-stream.ts';
import {
  ANSWERS_BYTES_MAX,
  ANSWERS_BYTES_PER_AGENT_MAX,
} from '../effects/dispatch/call/byte-budget.ts';
import {
  CONNECTIONS_PER_AGENT_MAX,
  HEADERS_BYTES_MAX,
} from '../effects/dispatch/call/http-pools.ts';
import { DISPATCH_LIMITS, EXCEPTIONS_MAX } from '../effects/dispatch/dispatch-limits.ts';
import { SUMMARY_RESPONSE_BYTES_MAX } from '../effects/dispatch/history/compaction.ts';
import { TEST_BYTES_MAX, TEST_CALLS_MAX } from '../effects/dispatch/test-call/test-caller.ts';
import {
  AG_UI_STATE_BYTES_MAX,
  AG_UI_STATE_OPERATIONS_MAX,
  CHUNK_MEMBERS_MAX,
  HISTORY_BYTES_MAX,
  HISTORY_MESSAGES_MAX,
  LIVE_CHUNKS_BYTES_MAX,
  REPLY_EXCERPT_LENGTH_MAX,
  REPLY_PARTS_MAX,
  REPLY_TOOL_CALLS_MAX,
} from '../limits.ts';
import { FOLDER } from './folder.ts';

const DISPATCH = 'effects/dispatch/';
const STREAM = `${DISPATCH}call/answer-stream.ts`;
const REPLY = `${DISPATCH}attempt/running-answer.ts`;
const BREAKS = 'the answer ends there with `error`; what came before is kept';
const HOSTILE = `${DISPATCH}hostile-answers.test.ts > %s: the reply ends at the limit, with what was streamed`;

const calls = limitRows('Calls to agents', FOLDER, [
  {
    input: 'messages of a call',
    limit: { HISTORY_BYTES_MAX },
    unit: 'bytes',
    in: `${DISPATCH}call/webhook-body.ts`,
    answer: 'the oldest are left out, and never the newest',
    test: `${DISPATCH}call/webhook-body.test.ts > of a history over the limit the oldest messages are left out, at the byte`,
  },
  {
    input: 'messages that are read for a call',
    limit: { HISTORY_MESSAGES_MAX },
    unit: 'entries',
    in: `${DISPATCH}history/thread-history.ts`,
    answer: 'older ones are left out',
    test: `${DISPATCH}call/webhook-body.test.ts > no more of a conversation is read than an agent may be sent`,
  },
  {
    input: 'attempts of one turn',
    limit: { ATTEMPTS_MAX },
    unit: 'entries',
    in: `${DISPATCH}attempt/retry-policy.ts`,
    answer: 'the turn fails, with a dead letter',
    test: `${DISPATCH}attempt/retry-policy.test.ts > the last attempt is not followed by another`,
  },
  {
    input: 'exceptions in a row of one turn',
    limit: { EXCEPTIONS_MAX },
    unit: 'entries',
    in: `${DISPATCH}setbacks.ts`,
    answer: 'the turn fails',
    test: `${DISPATCH}every-turn-ends.test.ts > there are more than a hundred kinds of faults`,
  },
  {
    input: 'calls of a node at once',
    limit: { callsMax: DISPATCH_LIMITS.callsMax },
    unit: 'entries',
    in: `${DISPATCH}call-slots.ts`,
    answer: 'work waits in the state',
    test: `${DISPATCH}call-slots.test.ts > any number of slow agents leaves something for the next one`,
  },
  {
    input: 'calls to one agent at once',
    limit: { callsPerAgentMax: DISPATCH_LIMITS.callsPerAgentMax },
    unit: 'entries',
    in: `${DISPATCH}call-slots.ts`,
    answer: 'work waits in the state',
    test: `${DISPATCH}call-slots.test.ts > one agent has no more calls than its limit, and the rest waits`,
  },
  {
    input: 'connections to one agent',
    limit: { CONNECTIONS_PER_AGENT_MAX },
    unit: 'entries',
    in: `${DISPATCH}call/http-pools.ts`,
    answer: 'the call waits for one',
    test: `${DISPATCH}hostile-agents.test.ts > on all its calls delays no other agent`,
  },
  {
    input: 'test calls at once',
    limit: { TEST_CALLS_MAX },
    unit: 'entries',
    in: `${DISPATCH}test-call/test-caller.ts`,
    answer: '`503 overloaded`',
    test: `${DISPATCH}test-call/test-caller.test.ts > only so many at once`,
  },
]);

const answers = limitRows('Answers of agents', FOLDER, [
  {
    input: 'headers of an answer',
    limit: { HEADERS_BYTES_MAX },
    unit: 'bytes',
    in: `${DISPATCH}call/http-pools.ts`,
    answer: 'a failed attempt',
    test: `${DISPATCH}hostile-agents.test.ts > endless headers are refused`,
  },
  {
    input: 'body of an error',
    limit: { ERROR_BODY_BYTES_MAX },
    unit: 'bytes',
    in: `${DISPATCH}call/agent-call.ts`,
    answer: 'cut',
    test: `${DISPATCH}hostile-agents.test.ts > a body of an error that does not end is read up to its limit`,
  },
  {
    input: 'whole answer',
    limit: { STREAM_BYTES_MAX },
    unit: 'bytes',
    in: STREAM,
    answer: BREAKS,
    test: 'boundary',
  },
  {
    input: 'line of an answer',
    limit: { LINE_LENGTH_MAX },
    unit: 'characters',
    in: STREAM,
    answer: BREAKS,
    test: 'boundary',
  },
  {
    input: 'chunks of an answer',
    limit: { CHUNKS_MAX },
    unit: 'entries',
    in: STREAM,
    answer: BREAKS,
    test: 'boundary',
  },
  {
    input: 'nesting of a chunk',
    limit: { JSON_DEPTH_MAX },
    unit: 'levels',
    in: STREAM,
    answer: BREAKS,
    test: 'boundary',
  },
  {
    input: 'members of a list or a record of a chunk',
    limit: { CHUNK_MEMBERS_MAX },
    unit: 'entries',
    in: `${DISPATCH}attempt/valid-chunk.ts`,
    answer: BREAKS,
    test: 'boundary',
  },
  {
    input: 'chunks of one agent',
    limit: { CHUNKS_PER_SECOND_MAX },
    unit: 'a second',
    in: `${DISPATCH}attempt/chunk-throttle.ts`,
    answer: 'it is read more slowly',
    test: `${DISPATCH}attempt/chunk-throttle.test.ts > a burst passes, then an agent is read at its pace and no other one is held up`,
  },
  {
    input: 'chunks of one read of a connection',
    limit: { BATCH_ITEMS_MAX },
    unit: 'entries',
    in: `${DISPATCH}attempt/merged-batch.ts`,
    answer: 'neighbours that continue one text are shown as one chunk',
    test: `${DISPATCH}attempt/merged-batch.test.ts > is merged above it, where neighbours continue one text`,
  },
  {
    input: 'answers of one agent that are being read',
    limit: { ANSWERS_BYTES_PER_AGENT_MAX },
    unit: 'bytes',
    in: `${DISPATCH}call/byte-budget.ts`,
    answer: BREAKS,
    test: 'boundary',
  },
  {
    input: 'answers of a node that are being read',
    limit: { ANSWERS_BYTES_MAX },
    unit: 'bytes',
    in: `${DISPATCH}call/byte-budget.ts`,
    answer: BREAKS,
    test: 'boundary',
  },
  {
    input: 'error text',
    limit: { ERROR_TEXT_LENGTH_MAX },
    unit: 'characters',
    in: 'effects/error-text.ts',
    answer: 'cut where it enters',
    test: 'boundary',
  },
  {
    input: 'body of a call or an answer in a delivery',
    limit: { REPORT_BODY_LENGTH_MAX },
    unit: 'characters',
    in: `${DISPATCH}call/exchange.ts`,
    answer: 'cut',
    test: 'boundary',
  },
  {
    input: 'summary of a conversation',
    limit: { SUMMARY_LENGTH_MAX },
    unit: 'characters',
    in: `${DISPATCH}history/compaction.ts`,
    answer: 'not used; the history is sent as it is',
    test: `${DISPATCH}history/compaction.test.ts > a summary of its limit is used, and a longer one is not`,
  },
  {
    input: 'response with a summary',
    limit: { SUMMARY_RESPONSE_BYTES_MAX },
    unit: 'bytes',
    in: `${DISPATCH}history/compaction.ts`,
    answer: 'not used; the history is sent as it is',
    test: `${DISPATCH}history/compaction.test.ts > an agent that can’t summarise still answers, with the whole history, and the reason is recorded`,
  },
  {
    input: 'answer to a test call',
    limit: { TEST_BYTES_MAX },
    unit: 'bytes',
    in: `${DISPATCH}test-call/test-caller.ts`,
    answer: 'the report says so',
    test: `${DISPATCH}test-call/test-caller.test.ts > no listener, too slow, too much: reported in bounded time and space`,
  },
]);

const replies = limitRows('Replies', FOLDER, [
  {
    input: 'assembled reply',
    limit: { REPLY_BYTES_MAX },
    unit: 'bytes',
    in: REPLY,
    answer: BREAKS,
    test: `${DISPATCH}attempt/running-answer.test.ts > text of %j is counted to the byte`,
  },
  {
    input: 'tokens that are reported of a reply',
    limit: { USAGE_TOKENS_MAX },
    unit: 'entries',
    in: `${DISPATCH}attempt/token-usage.ts`,
    answer: 'the report is passed over; the reply is kept',
    test: `${DISPATCH}attempt/token-usage.test.ts > a report of more tokens, or of a higher cost, than a reply may have is passed over`,
  },
  {
    input: 'cost that is reported of a reply, in millionths',
    limit: { USAGE_COST_MICROS_MAX },
    unit: 'entries',
    in: `${DISPATCH}attempt/token-usage.ts`,
    answer: 'the cost is passed over; the tokens and the reply are kept',
    test: `${DISPATCH}attempt/token-usage.test.ts > a report of more tokens, or of a higher cost, than a reply may have is passed over`,
  },
  {
    input: 'metadata of a reply',
    limit: { METADATA_BYTES_MAX },
    unit: 'bytes',
    in: REPLY,
    answer: BREAKS,
    test: `${DISPATCH}attempt/running-answer.test.ts > metadata of its limit %+d bytes`,
  },
  {
    input: 'parts of a reply',
    limit: { REPLY_PARTS_MAX },
    unit: 'entries',
    in: REPLY,
    answer: BREAKS,
    test: 'boundary',
  },
  {
    input: 'tool calls of a reply whose input is streamed',
    limit: { REPLY_TOOL_CALLS_MAX },
    unit: 'entries',
    in: REPLY,
    answer: BREAKS,
    test: 'boundary',
  },
  {
    input: 'state that an AG-UI agent keeps',
    limit: { AG_UI_STATE_BYTES_MAX },
    unit: 'bytes',
    in: `${DISPATCH}call/adapters/ag-ui-state.ts`,
    answer: BREAKS,
    test: `${DISPATCH}call/adapters/ag-ui.test.ts > has a limit in bytes`,
  },
  {
    input: 'changes of that state in one answer',
    limit: { AG_UI_STATE_OPERATIONS_MAX },
    unit: 'entries',
    in: `${DISPATCH}call/adapters/ag-ui-state.ts`,
    answer: BREAKS,
    test: `${DISPATCH}call/adapters/ag-ui.test.ts > changes so many times in an answer, and no more`,
  },
  {
    input: 'tool calls of a reply that wait for its user',
    limit: { TOOL_REQUESTS_MAX },
    unit: 'entries',
    in: REPLY,
    answer: BREAKS,
    test: `${DISPATCH}branches.test.ts > a reply that asks for more decisions than the state keeps ends there`,
  },
  {
    input: 'chunks of a run in progress',
    limit: { LIVE_CHUNKS_BYTES_MAX },
    unit: 'bytes',
    in: REPLY,
    answer: BREAKS,
    test: HOSTILE,
  },
  {
    input: 'text of a reply that fits in no other form',
    limit: { REPLY_EXCERPT_LENGTH_MAX },
    unit: 'characters',
    in: REPLY,
    answer: 'cut',
    test: 'boundary',
  },
]);

export const AGENT_ROWS: readonly LimitRow[] = [...calls, ...answers, ...replies];
