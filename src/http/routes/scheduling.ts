// When runs begin: how a model's requests wait for each other, what its runs need, and what is expected of what waits.
import Type from 'typebox';
import { Timestamp } from '../../domain/common.ts';
import { RequestAtRisk, schedulingFields } from '../../domain/scheduling.ts';
import { checkPresent, MatchHeader } from '../conditional.ts';
import { notFound, requireIfMatch } from '../links.ts';
import { principal } from '../principal.ts';
import { described, IdParams, problems, ref, replacingProblems } from '../schemas.ts';
import type { Routes } from '../types.ts';

/** Requests at risk that one answer names. */
const MOST = 100;

const Choose = Type.Object(schedulingFields, {
  additionalProperties: false,
  description: 'All four; null is what the service does',
});

const Present = ref('Scheduling');
const CHOOSE = `For what waits now and for what comes. The ledger says who chose (\`model.scheduled\`). Where something was chosen before, If-Match has
to say so: the ETag of GET, or \`*\` for whatever is there.`;

const Forecast = Type.Object({
  at: Timestamp,
  workers: Type.Integer({ description: 'Workers that are there; with none, one is assumed that takes anything' }),
  models: Type.Array(ref('ModelForecast'), { description: 'Yours, that requests wait for or that have a run' }),
  at_risk: Type.Array(RequestAtRisk, {
    description: `Requests that wait and are expected to be late, those first that are due first; ${MOST} at most`,
  }),
});

const FORECAST = `Plays out what waits by the order in which it will begin, on the workers that are there, as if nothing else came and every run
passed at its first try and took as long as earlier ones. What is late by this will be late. Of other tenants it counts the runs and says nothing.`;

const REQUEST_FORECAST = `From measured runs of its models and the queue as it stands, as \`GET /v1/forecast\`; nothing where nothing was measured or
where people are waited for, with the reason. It changes by the minute and the request does not, so it is no part of the request, whose ETag would change with it.`;

export const schedulingRoutes: Routes = (app, deps) => {
  app.get(
    '/v1/forecast',
    {
      config: { scope: 'requests:read', tagged: false },
      schema: {
        tags: ['scheduling'],
        operationId: 'getForecast',
        summary: 'When what waits will be done, and what will be late',
        description: FORECAST,
        response: { 200: described('By model, and what is at risk', Forecast), ...problems },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return deps.store.forecast(principal(request).tenant, MOST);
    },
  );
  app.get(
    '/v1/deletion-requests/:id/forecast',
    {
      config: { scope: 'requests:read', tagged: false },
      schema: {
        tags: ['scheduling'],
        operationId: 'getDeletionRequestForecast',
        summary: 'When a request will be done',
        description: REQUEST_FORECAST,
        params: IdParams,
        response: { 200: described('What is expected, or why nobody can tell', ref('RequestForecast')), ...problems },
      },
    },
    async (request, reply) => {
      const found = await deps.store.requestForecast(principal(request).tenant, request.params.id);
      if (found === null) throw notFound('deletion request');
      reply.header('cache-control', 'no-store');
      return found;
    },
  );
  app.get(
    '/v1/models/:id/scheduling',
    {
      config: { scope: 'models:read' },
      schema: {
        tags: ['scheduling'],
        operationId: 'getScheduling',
        summary: 'Get how the requests of a model are scheduled',
        params: IdParams,
        response: { 200: described('What was chosen', Present), ...problems },
      },
    },
    async (request) => {
      const found = await deps.store.schedulingOf(principal(request).tenant, request.params.id);
      if (found === null) throw notFound('model');
      return found;
    },
  );
  app.put(
    '/v1/models/:id/scheduling',
    {
      config: { scope: 'models:write' },
      schema: {
        tags: ['scheduling'],
        operationId: 'chooseScheduling',
        summary: 'Choose how the requests of a model are scheduled',
        description: CHOOSE,
        headers: MatchHeader,
        params: IdParams,
        body: Choose,
        response: { 200: described('What was chosen', Present), ...replacingProblems },
      },
    },
    async (request, reply) => {
      const { tenant, actor } = principal(request);
      const { id } = request.params;
      const there = await deps.store.chooseScheduling(tenant, id, request.body, actor, (present) => {
        if (present.updated_at !== null) requireIfMatch(request);
        checkPresent(request, reply, Present, present);
      });
      if (!there) throw notFound('model');
      return (await deps.store.schedulingOf(tenant, id))!;
    },
  );
};
