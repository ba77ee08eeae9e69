import {
  FEEDBACK_EXPORT_LINES_MAX,
  type FeedbackBody,
  PAGE_BYTES_MAX,
  type Rest,
} from '@fleetlm/protocol';
import type { FastifyReply } from 'fastify';
import type { Feedback, FeedbackPlace, Message, Runtime } from '../../../runtime/runtime-api.ts';
import { knownAgent } from '../../access/access.ts';
import { csvLine } from '../../csv.ts';
import { daysOf } from '../../days.ts';
import { isoTime } from '../../wire.ts';
import type { Handlers, RestCall } from '../rest-call.ts';

/** Where the next part of an export begins. */
export const NEXT_HEADER = 'x-next-cursor';

type ExportCall = RestCall<Rest['exportFeedbackCsv']> | RestCall<Rest['exportFeedbackLines']>;

/** What users think of replies. */
export function feedbackHandlers(runtime: Runtime, wallClockMs: () => number) {
  return {
    rateReply: async (call) => {
      const { session, params, body, value, refuse } = call;
      const reply = await replyOf(runtime, call);
      if (reply === null)
        throw refuse({ code: 'not_found', detail: `message ${params.seq} is no reply` });
      const kept = await runtime.feedback.keep({
        sessionId: session.id,
        seq: params.seq,
        userId: session.userId,
        agentId: session.agentId,
        messageId: reply.id,
        ...body,
      });
      return { feedback: feedbackBody(value(kept)) };
    },

    withdrawFeedback: async ({ session, params, value }) => {
      value(await runtime.feedback.withdraw(session.id, params.seq, session.userId));
      return null;
    },

    listSessionFeedback: async ({ session, value }) => {
      const feedback = value(await runtime.feedback.ofSession(session.id, session.userId));
      return { feedback: feedback.map(feedbackBody) };
    },

    listAgentFeedback: async (call) => {
      const { limit, ...filters } = call.query;
      const { id } = await knownAgent(runtime, call.params.id, call);
      const question = { agentId: id, ...questionOf(filters), limit };
      const { feedback, hasMore } = call.value(await runtime.feedback.ofAgent(question));
      return {
        feedback: feedback.map(feedbackBody),
        next: nextOf(feedback, hasMore),
      };
    },

    getFeedbackStats: async (call) => {
      const { id } = await knownAgent(runtime, call.params.id, call);
      const { from, to } = daysOf(call.query, wallClockMs(), call);
      const { up, down, reasons, days } = call.value(await runtime.feedback.counts(id, from, to));
      return { from, to, up, down, reasons: [...reasons], days: [...days] };
    },

    exportFeedbackCsv: async (call) => {
      const lines = await exported(runtime, call, (feedback) =>
        csvLine(COLUMNS.map((column) => feedback[column] ?? '')),
      );
      attach(call.reply, 'text/csv; charset=utf-8', 'feedback.csv');
      return csvLine(COLUMNS) + lines;
    },

    exportFeedbackLines: async (call) => {
      const lines = await exported(runtime, call, (feedback) => `${JSON.stringify(feedback)}\n`);
      attach(call.reply, 'application/jsonl; charset=utf-8', 'feedback.jsonl');
      return lines;
    },
  } satisfies Partial<Handlers>;
}

const COLUMNS = [
  'created_at',
  'updated_at',
  'session_id',
  'seq',
  'message_id',
  'user_id',
  'agent_id',
  'rating',
  'reason',
  'comment',
] as const satisfies readonly (keyof FeedbackBody)[];

/** The agent's message of this number; null: there is none, or it is the user's. */
async function replyOf(
  runtime: Runtime,
  { session, params, value }: RestCall<Rest['rateReply']>,
): Promise<Message | null> {
  const range = { sessionId: session.id, afterSeq: params.seq - 1, limit: 1 };
  const [message] = value(await runtime.readMessages(range)).messages;
  return message?.seq === params.seq && message.sender.type === 'agent' ? message : null;
}

/** As many lines as a part may have, and where the next part begins. */
async function exported(
  runtime: Runtime,
  call: ExportCall,
  lineOf: (feedback: FeedbackBody) => string,
): Promise<string> {
  const { id } = await knownAgent(runtime, call.params.id, call);
  const question = { agentId: id, ...questionOf(call.query), limit: FEEDBACK_EXPORT_LINES_MAX };
  const page = call.value(await runtime.feedback.ofAgent(question));
  const lines: string[] = [];
  let bytes = 0;
  for (const feedback of page.feedback) {
    const line = lineOf(feedbackBody(feedback));
    bytes += Buffer.byteLength(line);
    if (lines.length > 0 && bytes > PAGE_BYTES_MAX) break;
    lines.push(line);
  }
  const isCut = lines.length < page.feedback.length;
  const next = nextOf(page.feedback.slice(0, lines.length), page.hasMore || isCut);
  if (next !== null) call.reply.header(NEXT_HEADER, next);
  return lines.join('');
}

function attach(reply: FastifyReply, type: string, name: string): void {
  reply.type(type).header('content-disposition', `attachment; filename="${name}"`);
}

interface Filters {
  readonly rating?: Feedback['rating'] | undefined;
  readonly reason?: NonNullable<Feedback['reason']> | undefined;
  readonly cursor?: string | undefined;
}

function questionOf({ rating, reason, cursor }: Filters) {
  return {
    rating: rating ?? null,
    reason: reason ?? null,
    after: cursor === undefined ? null : placeOf(cursor),
  };
}

function nextOf(feedback: readonly Feedback[], hasMore: boolean): string | null {
  const last = feedback.at(-1);
  return hasMore && last !== undefined ? `${last.updatedAtMs}~${last.sessionId}~${last.seq}` : null;
}

/** The schema of the query has checked its form. */
function placeOf(cursor: string): FeedbackPlace {
  const [time = '', sessionId = '', seq = ''] = cursor.split('~');
  return { updatedAtMs: Number(time), sessionId, seq: Number(seq) };
}

export function feedbackBody(feedback: Feedback): FeedbackBody {
  return {
    session_id: feedback.sessionId,
    seq: feedback.seq,
    message_id: feedback.messageId,
    agent_id: feedback.agentId,
    user_id: feedback.userId,
    rating: feedback.rating,
    reason: feedback.reason,
    comment: feedback.comment,
    created_at: isoTime(feedback.createdAtMs),
    updated_at: isoTime(feedback.updatedAtMs),
  };
}
