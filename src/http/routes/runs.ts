// /v1/runs: what the service did to a model, and what came of it.
import Type from 'typebox';
import { Id } from '../../domain/common.ts';
import type { Run } from '../../domain/resources.ts';
import { isFinalRun } from '../../domain/states.ts';
import { notFound, POLL_SECONDS, unchanged } from '../links.ts';
import { createCursors, page, pageFields, pageOf } from '../paging.ts';
import { principal } from '../principal.ts';
import { described, IdParams, NotModified, problems, ref } from '../schemas.ts';
import type { Routes } from '../types.ts';

const tags = ['runs'];
const Filters = Type.Object({ ...pageFields, model_id: Type.Optional(Id) }, { additionalProperties: false });

/** Progress may be saved without a new version, so both name the state. */
export const tagOf = (run: Run): string => `${run.version}-${Date.parse(run.progress.updated_at)}`;

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
        response: { 200: described('The run', ref('Run')), 304: NotModified, ...problems },
      },
    },
    async (request, reply) => {
      const run = await deps.store.getRun(principal(request).tenant, request.params.id);
      if (run === null) throw notFound('run');
      if (!isFinalRun(run.state)) reply.header('retry-after', String(POLL_SECONDS));
      if (unchanged(request, reply, tagOf(run))) return reply.code(304).send(null);
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
