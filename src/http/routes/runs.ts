// /v1/runs: what the service did to a model, and what came of it.
import Type from 'typebox';
import { Id } from '../../domain/common.ts';
import { runMark } from '../../domain/marks.ts';
import type { Run } from '../../domain/resources.ts';
import { isFinalRun, type RunState } from '../../domain/states.ts';
import { notFound, POLL_SECONDS, unchanged } from '../links.ts';
import { createCursors, page, pageFields, pageOf } from '../paging.ts';
import { principal } from '../principal.ts';
import { described, IdParams, NotModified, problems, ref } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { PreferHeader, readWhen } from '../waiting/prefer.ts';

const tags = ['runs'];
const Filters = Type.Object({ ...pageFields, model_id: Type.Optional(Id) }, { additionalProperties: false });

export const runRoutes: Routes = (app, deps) => {
  const cursors = createCursors(deps.subjectKeys);
  app.get(
    '/v1/runs',
    {
      config: { scope: 'runs:read' },
      schema: {
        tags,
        operationId: 'listRuns',
        summary: 'List runs',
        querystring: Filters,
        response: { 200: described('A page of runs, newest first', pageOf(ref('Run'))), ...problems },
      },
    },
    async (request, reply) => {
      const { model_id } = request.query;
      return page(request, reply, cursors, { list: 'runs', query: request.query, filters: { model_id } }, (query) =>
        deps.store.listRuns(principal(request).tenant, { ...query, ...(model_id === undefined ? {} : { model_id }) }),
      );
    },
  );
  app.get(
    '/v1/runs/:id',
    {
      config: { scope: 'runs:read' },
      schema: {
        tags,
        operationId: 'getRun',
        summary: 'Get a run with its progress',
        params: IdParams,
        headers: PreferHeader,
        response: { 200: described('The run', ref('Run')), 304: NotModified, ...problems },
      },
    },
    async (request, reply) => {
      const { tenant } = principal(request);
      const { id } = request.params;
      const run = await readWhen<Run>(app, request, reply, {
        ...{ kind: 'run', id, read: () => deps.store.getRun(tenant, id), mark: runMark },
        ended: (state) => isFinalRun(state as RunState),
      });
      if (run === null) throw notFound('run');
      if (!isFinalRun(run.state)) reply.header('retry-after', String(POLL_SECONDS));
      if (unchanged(request, reply, runMark(run))) return reply.code(304).send(null);
      return run;
    },
  );
  app.get(
    '/v1/runs/:id/curves',
    {
      config: { scope: 'runs:read' },
      schema: {
        tags,
        operationId: 'getCurves',
        summary: 'Get the losses over the steps of a run',
        params: IdParams,
        response: {
          200: described('Points in order', Type.Object({ items: Type.Array(ref('CurvePoint')) })),
          ...problems,
        },
      },
    },
    async (request) => {
      const { tenant } = principal(request);
      if ((await deps.store.getRun(tenant, request.params.id)) === null) throw notFound('run');
      return { items: await deps.store.getCurve(tenant, request.params.id) };
    },
  );
};
