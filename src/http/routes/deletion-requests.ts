// /v1/deletion-requests: what a controller asks for one data subject.
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Id, StringEnum } from '../../domain/common.ts';
import { requestMark } from '../../domain/marks.ts';
import { type DeletionRequest, GROUNDS } from '../../domain/resources.ts';
import { isOpenRequest, type RequestState } from '../../domain/states.ts';
import { MOST_COOLING_OFF_HOURS } from '../../environment.ts';
import { recordFields } from '../asked-records.ts';
import { createDeletionRequest, planDeletionRequest } from '../deletion.ts';
import { callName, KeyHeader } from '../idempotency.ts';
import { subjectSchema } from '../identifiers.ts';
import { absolute, notFound, POLL_SECONDS, unchanged } from '../links.ts';
import { methodChoiceSchema } from '../method-schema.ts';
import { createCursors, page, pageFields, pageOf } from '../paging.ts';
import { type Principal, principal } from '../principal.ts';
import { ExternalId, filterFields, filtersOf, namesOf } from '../request-filters.ts';
import { ReverifyFor } from '../reverify-for.ts';
import { described, IdParams, NotModified, problems, ref } from '../schemas.ts';
import { nowOf } from '../times.ts';
import type { AppDeps, Routes } from '../types.ts';
import { PreferHeader, preferField, readWhen } from '../waiting/prefer.ts';
import { batchRoute } from './request-batch.ts';

const tags = ['deletion-requests'];

/** Of a request, and of a line of a batch. */
const requestFields = (deps: Pick<AppDeps, 'methods'>) => ({
  subject: Type.Optional(subjectSchema('The person; hashed at the door and never stored')),
  ...recordFields,
  targets: Type.Optional(
    Type.Array(Id, {
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
      description: 'Models to unlearn from; left out: every model trained on a record that the request is about',
    }),
  ),
  method: Type.Optional(methodChoiceSchema(deps.methods)),
  ground: Type.Optional(StringEnum(GROUNDS, 'GDPR Art. 17(1)(a) to (f)')),
  reverify_for: Type.Optional(ReverifyFor),
  submitted_at: Type.Optional(
    Type.String({ format: 'date-time', description: 'When the person asked; due_at counts from it. Default: now' }),
  ),
  external_id: Type.Optional(ExternalId),
  verified: Type.Optional(
    Type.Boolean({
      default: true,
      description: 'false: nothing begins before POST …/verify says that the person is who they say they are',
    }),
  ),
  urgent: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'true: it waits for no others to come, and its run goes before those of requests that are not',
    }),
  ),
  cooling_off_hours: Type.Optional(
    Type.Number({
      ...{ minimum: 0, maximum: MOST_COOLING_OFF_HOURS },
      description: 'Nothing begins before, and the request may be cancelled. Default: COOLING_OFF_HOURS',
    }),
  ),
});

const newDeletionRequest = (deps: Pick<AppDeps, 'methods'>) =>
  Type.Object(
    {
      ...requestFields(deps),
      group_id: Type.Optional({ ...Id, description: 'Relates requests; the list takes it as a filter' }),
      validate_only: Type.Optional(
        Type.Boolean({
          description:
            'Only say what would come of it: every check, the plan with reasons and estimates; nothing is stored',
        }),
      ),
    },
    { additionalProperties: false },
  );

/** A request as one waits for its end. */
const watched = (deps: AppDeps, { tenant }: Principal, id: string) => ({
  ...{ kind: 'request' as const, id, read: () => deps.store.getRequest(tenant, id), mark: requestMark },
  ended: (state: string) => !isOpenRequest(state as RequestState),
});

/** Polling is mostly this: the state that the client has is still the present one, which takes no more than its version. */
async function isUnchanged(deps: AppDeps, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const { prefer, 'if-none-match': none } = request.headers;
  if (none === undefined || prefer !== undefined) return false;
  const { id } = request.params as { id: string };
  const seen = await deps.store.requestSeen(principal(request).tenant, id);
  if (seen === null) throw notFound('deletion request');
  if (!unchanged(request, reply, requestMark(seen))) return false;
  if (isOpenRequest(seen.state)) reply.header('retry-after', String(POLL_SECONDS));
  return true;
}

export const deletionRequestRoutes: Routes = (app, deps) => {
  const cursors = createCursors(deps.subjectKeys);
  app.post(
    '/v1/deletion-requests',
    {
      config: { scope: 'requests:create', idempotent: true },
      schema: {
        headers: Type.Object({ ...KeyHeader.properties, ...preferField }),
        tags,
        operationId: 'createDeletionRequest',
        summary: 'Ask for a person to be removed',
        description:
          'About a person (`subject`), about training records (`record_ids`, `texts`), or both: at least one is needed. With `validate_only` nothing is stored or started: the answer is 200 and the plan, as often as it is asked for.',
        body: newDeletionRequest(deps),
        response: {
          200: described('`validate_only`: what would come of it', ref('DeletionPlan')),
          202: described('Accepted and recorded; poll Location', ref('DeletionRequest')),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { validate_only = false, ...given } = request.body;
      if (validate_only) return reply.send(await planDeletionRequest(deps, principal(request), given));
      const created = await createDeletionRequest(
        deps,
        principal(request),
        given,
        request.log,
        callName(deps, request),
      );
      reply.code(202).header('location', absolute(request, `/v1/deletion-requests/${created.id}`));
      const about = { ...watched(deps, principal(request), created.id), found: created };
      const shown = (await readWhen<DeletionRequest>(app, request, reply, about)) ?? created;
      return reply.header('retry-after', String(POLL_SECONDS)).send(shown);
    },
  );
  app.get(
    '/v1/deletion-requests',
    {
      config: { scope: 'requests:read' },
      schema: {
        tags,
        operationId: 'listDeletionRequests',
        summary: 'List deletion requests',
        querystring: Type.Object({ ...pageFields, ...filterFields }, { additionalProperties: false }),
        response: { 200: described('A page of requests, newest first', pageOf(ref('DeletionRequest'))), ...problems },
      },
    },
    async (request, reply) => {
      const filters = filtersOf(request.query, nowOf(deps));
      const about = { list: 'deletion-requests', query: request.query, filters: namesOf(request.query) };
      return page(request, reply, cursors, about, (query) =>
        deps.store.listRequests(principal(request).tenant, { ...query, ...filters }),
      );
    },
  );
  app.get(
    '/v1/deletion-requests/:id',
    {
      config: { scope: 'requests:read' },
      schema: {
        tags,
        operationId: 'getDeletionRequest',
        summary: 'Get a deletion request',
        params: IdParams,
        headers: PreferHeader,
        response: { 200: described('The request', ref('DeletionRequest')), 304: NotModified, ...problems },
      },
    },
    async (request, reply) => {
      if (await isUnchanged(deps, request, reply)) return reply.code(304).send(null);
      const found = await readWhen<DeletionRequest>(
        app,
        request,
        reply,
        watched(deps, principal(request), request.params.id),
      );
      if (found === null) throw notFound('deletion request');
      if (isOpenRequest(found.state)) reply.header('retry-after', String(POLL_SECONDS));
      if (unchanged(request, reply, requestMark(found))) return reply.code(304).send(null);
      return found;
    },
  );
  const line = Type.Object(requestFields(deps), { additionalProperties: false });
  app.register(async (scope) => batchRoute(scope, deps, line));
};
