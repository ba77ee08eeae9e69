import { Readable } from 'node:stream';
import type { LegalHoldBody, PrivacyOperation } from '@fleetlm/protocol';
import type { FastifyReply } from 'fastify';
import type { LegalHold, PrivacyRecord, Runtime } from '../../../runtime/runtime-api.ts';
import { exportedSessions, exportedUsage } from '../../../runtime/user-export.ts';
import type { Identity } from '../../access/identity.ts';
import { type ExportWriter, HTML_EXPORT, JSON_EXPORT } from '../../export-document.ts';
import { EXPORT_MS_MAX, EXPORTS_MAX } from '../../limits.ts';
import type { Refusals } from '../../refusals.ts';
import { isoTime, messageBody, sessionBody } from '../../wire.ts';
import { type Handlers, STREAMED } from '../rest-call.ts';
import { feedbackBody } from './rest-feedback.ts';

interface ExportCall extends Refusals<'overloaded' | 'archive_unavailable'> {
  readonly identity: Identity;
  readonly query: { readonly format: 'json' | 'html' };
  readonly reply: FastifyReply;
}

/** What is kept of users: given out, erased, held. */
export function privacyHandlers(runtime: Runtime, wallClockMs: () => number) {
  let exports = 0;
  const holds = () => ({ holds: runtime.privacy.holds().map(holdBody) });

  const exporting = async (
    { identity, query, reply, value, refuse }: ExportCall,
    userId: string,
  ): Promise<typeof STREAMED> => {
    if (exports >= EXPORTS_MAX)
      throw refuse({
        code: 'overloaded',
        detail: 'this node writes as many exports as it may; try again shortly',
      });
    exports += 1;
    let isOpen = true;
    const release = (): void => {
      if (isOpen) exports -= 1;
      isOpen = false;
    };
    try {
      value(await runtime.privacy.recordExport(userId, nameOf(identity)));
      const writer = query.format === 'html' ? HTML_EXPORT : JSON_EXPORT;
      const pieces = exportPieces(runtime, userId, writer, isoTime(wallClockMs()));
      send(reply, writer, pieces, release);
    } catch (error) {
      release();
      throw error;
    }
    return STREAMED;
  };

  return {
    exportUser: (call) => exporting(call, call.userId),

    exportOtherUser: (call) => exporting(call, call.query.user_id),

    startPrivacyOperation: async ({ identity, body, value }) => ({
      operation: operationBody(
        value(await runtime.privacy.eraseUser(body.user_id, nameOf(identity))),
      ),
    }),

    listPrivacyOperations: async ({ value }) => ({
      operations: value(await runtime.privacy.list()).map(operationBody),
    }),

    getPrivacyOperation: async ({ params, value, refuse }) => {
      const record = value(await runtime.privacy.get(params.id));
      if (record === null)
        throw refuse({ code: 'not_found', detail: `there is no operation ${params.id}` });
      return { operation: operationBody(record) };
    },

    listLegalHolds: async ({ value }) => {
      value(await runtime.catchUpAgents());
      return holds();
    },

    placeLegalHold: async ({ identity, params, body, value }) => {
      value(await runtime.privacy.changeHold(params.user_id, body.reason, nameOf(identity)));
      value(await runtime.catchUpAgents());
      return holds();
    },

    liftLegalHold: async ({ identity, params, value }) => {
      value(await runtime.privacy.changeHold(params.user_id, null, nameOf(identity)));
      value(await runtime.catchUpAgents());
      return holds();
    },
  } satisfies Partial<Handlers>;
}

/** The document as it is read: no more of it is in memory than one page of messages. */
async function* exportPieces(
  runtime: Runtime,
  userId: string,
  writer: ExportWriter,
  exportedAt: string,
): AsyncGenerator<string> {
  yield writer.begin(userId, exportedAt);
  let isFirst = true;
  for await (const { session, messages, feedback } of exportedSessions(runtime, userId)) {
    yield writer.beginSession(sessionBody(session), isFirst);
    isFirst = false;
    let isFirstMessage = true;
    for await (const page of messages)
      for (const message of page) {
        yield writer.message(messageBody(message), isFirstMessage);
        isFirstMessage = false;
      }
    yield writer.endSession(feedback.map(feedbackBody));
  }
  yield writer.end(await exportedUsage(runtime, userId));
}

/** A document that can't be written to its end is cut off, with its connection: half of it must not look whole. */
function send(
  reply: FastifyReply,
  { mediaType, fileName }: ExportWriter,
  pieces: AsyncGenerator<string>,
  closed: () => void,
): void {
  const stream = Readable.from(pieces, { objectMode: false });
  const limit = setTimeout(() => reply.raw.destroy(), EXPORT_MS_MAX);
  reply.raw.once('close', () => {
    clearTimeout(limit);
    stream.destroy();
    closed();
  });
  reply.type(mediaType).header('content-disposition', `attachment; filename="${fileName}"`);
  void reply.send(stream);
}

/** As it stands in the record. */
function nameOf(identity: Identity): string {
  return identity.type === 'api-key' ? 'api-key' : identity.userId;
}

function operationBody(record: PrivacyRecord): PrivacyOperation {
  return {
    id: record.id,
    kind: record.kind,
    subject: record.subject,
    requested_by: record.requestedBy,
    state: record.state,
    total: record.total,
    done: record.done,
    detail: record.detail,
    started_at: isoTime(record.startedAtMs),
    ended_at: record.endedAtMs === null ? null : isoTime(record.endedAtMs),
  };
}

function holdBody(hold: LegalHold): LegalHoldBody {
  return {
    user_id: hold.userId,
    reason: hold.reason,
    placed_by: hold.placedBy,
    placed_at: isoTime(hold.placedAtMs),
    lifted_by: hold.liftedBy,
    lifted_at: hold.liftedAtMs === null ? null : isoTime(hold.liftedAtMs),
  };
}
