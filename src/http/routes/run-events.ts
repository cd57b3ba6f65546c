// GET /v1/runs/{id}/events: a run as it goes on.
import Type from 'typebox';
import { runMark } from '../../domain/marks.ts';
import { isFinalRun } from '../../domain/states.ts';
import { notFound } from '../links.ts';
import { principal } from '../principal.ts';
import { described, IdParams, problems } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { readPreferences } from '../waiting/prefer.ts';
import { MOST_STREAM_SECONDS, streamRun } from '../waiting/stream.ts';

const DESCRIPTION = `Server-sent events: the present state at once, then each change, \`progress\` and at last \`ended\`; \`data\` is JSON with \`id\`,
\`state\`, \`verdict\`, \`restarts\`, \`progress\` and \`updated_at\` of the run. With \`Last-Event-ID\` a state that was seen is not sent again, and a run that ended with it is
204, which ends an EventSource. A client that is slow gets the latest state and not all of them. The stream ends after ${MOST_STREAM_SECONDS} seconds, or with
\`Prefer: wait=<seconds>\` before; connect again then.`;

const Headers = Type.Object({
  'last-event-id': Type.Optional(Type.String({ maxLength: 100, description: 'Id of the last event that was seen' })),
  prefer: Type.Optional(Type.String({ maxLength: 200, description: '`wait=<seconds>`: how long the stream may take' })),
});

export const runEventRoutes: Routes = (app, deps) => {
  app.get(
    '/v1/runs/:id/events',
    {
      // of a stream there is no length to tell
      exposeHeadRoute: false,
      config: { scope: 'runs:read', tagged: false },
      schema: {
        tags: ['runs'],
        operationId: 'followRun',
        summary: 'Follow a run as it goes on',
        description: DESCRIPTION,
        params: IdParams,
        headers: Headers,
        response: {
          200: { description: 'Events', content: { 'text/event-stream': { schema: Type.String() } } },
          204: described('The run has ended, and Last-Event-ID names its end', Type.Null()),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { tenant } = principal(request);
      const read = () => deps.store.getRun(tenant, request.params.id);
      const run = await read();
      if (run === null) throw notFound('run');
      if (isFinalRun(run.state) && request.headers['last-event-id'] === runMark(run)) return reply.code(204).send(null);
      const { wait } = readPreferences(request.headers.prefer);
      await streamRun(app, request, reply, { run, read, seconds: wait ?? MOST_STREAM_SECONDS });
      return reply as never;
    },
  );
};
