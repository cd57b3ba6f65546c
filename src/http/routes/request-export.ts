// GET /v1/deletion-requests:export: every request that the filters let through, as CSV.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { RequestFilters } from '../../runs/ports.ts';
import { principal } from '../principal.ts';
import { csvHeader, csvLines } from '../request-csv.ts';
import { filterFields, filtersOf } from '../request-filters.ts';
import { problems } from '../schemas.ts';
import { nowOf } from '../times.ts';
import type { AppDeps, Routes } from '../types.ts';

/** Requests that are read at a time. */
const AT_ONCE = 500;

/** Newest first; what arrives meanwhile is not in it. */
async function* linesOf({ store }: Pick<AppDeps, 'store'>, tenant: string, filters: RequestFilters, now: Date) {
  yield csvHeader();
  let after: { created_at: string; id: string } | null | undefined;
  do {
    const { items, next } = await store.listRequests(tenant, { ...filters, limit: AT_ONCE, ...(after && { after }) });
    yield csvLines(items, now);
    after = next;
  } while (after);
}

function sendCsv(reply: FastifyReply, lines: AsyncIterable<string>) {
  reply.header('content-disposition', 'attachment; filename="deletion-requests.csv"');
  return reply.type('text/csv; charset=utf-8; header=present').send(Readable.from(lines, { objectMode: false }));
}

export const requestExportRoutes: Routes = (app, deps) => {
  app.get(
    '/v1/deletion-requests::export',
    {
      // its headers alone would take as long as all of it
      exposeHeadRoute: false,
      config: { scope: 'requests:read' },
      schema: {
        tags: ['deletion-requests'],
        operationId: 'exportDeletionRequests',
        summary: 'Export deletion requests as CSV',
        description: 'All that the filters let through, newest first, a line each; no identifier of a person is in it.',
        querystring: Type.Object(filterFields, { additionalProperties: false }),
        response: {
          200: {
            description: 'Lines by RFC 4180, the first with the names of the columns',
            content: { 'text/csv': { schema: Type.String() } },
          },
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const now = nowOf(deps);
      const lines = linesOf(deps, principal(request).tenant, filtersOf(request.query, now), now);
      return sendCsv(reply, lines);
    },
  );
};
