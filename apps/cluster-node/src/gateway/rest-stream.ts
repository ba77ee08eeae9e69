import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Runtime } from '../runtime/runtime-api.ts';
import { visibleSession } from './access.ts';
import { type AnswerStreams, readerVersion } from './answer-streams.ts';
import { ReplyFollower } from './reply-follower.ts';
import { valueOrThrow } from './request-error.ts';
import { identityOf } from './rest-app.ts';

/** The answer in progress as server-sent events: an AI SDK UI message stream, resumable at any moment. */
export function addStreamRoute(
  app: FastifyInstance,
  runtime: Runtime,
  streams: AnswerStreams,
): void {
  app.get(
    '/api/sessions/:id/stream',
    async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
      const reader = readerVersion(request);
      const session = await visibleSession(runtime, identityOf(request), request.params.id);
      const listening = await streams.listen(request, session.id);
      try {
        const answer = valueOrThrow(await runtime.liveAnswer(session.id));
        if (answer === null) {
          listening.close();
          return reply.status(204).send();
        }
        const follower = new ReplyFollower(answer.epoch, { canReset: true, retold: 0 });
        streams.open(reply, listening, follower, { reader, first: follower.begin(answer) });
      } catch (error) {
        listening.close();
        throw error;
      }
      return reply;
    },
  );
}
