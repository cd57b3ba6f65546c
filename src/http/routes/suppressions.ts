// /v1/suppressions: who must not be trained on again, asked about by identifier and never told.
import Type from 'typebox';
import { Id, Timestamp } from '../../domain/common.ts';
import { lookUpKeysOf, subjectSchema } from '../identifiers.ts';
import { createCursors, PageParameters, page, pageOf } from '../paging.ts';
import { principal } from '../principal.ts';
import { Reason, reasonOf } from '../reason.ts';
import { described, problems } from '../schemas.ts';
import type { App, AppDeps, Routes } from '../types.ts';
import { invalidField } from '../validation.ts';

const tags = ['suppressions'];
const MOST_PEOPLE = 1000;

const Suppression = Type.Object({
  id: { ...Id, description: 'Of the deletion request that put its person on the list' },
  identifier_types: Type.Array(Type.String(), { description: 'Kinds of identifier, never values' }),
  added_at: Timestamp,
});

function checkRoute(app: App, deps: AppDeps): void {
  app.post(
    // the first colon escapes the second
    '/v1/suppressions::check',
    {
      config: { scope: 'suppressions:check' },
      schema: {
        tags,
        operationId: 'checkSuppressions',
        summary: 'Ask which people must not be trained on',
        description:
          'For training jobs and whoever prepares their data: a record that names somebody suppressed does not belong there.',
        body: Type.Object(
          {
            subjects: Type.Array(subjectSchema('A person, or whom a record names'), {
              minItems: 1,
              maxItems: MOST_PEOPLE,
            }),
          },
          { additionalProperties: false },
        ),
        response: {
          200: described(
            'One answer a person, in order; no identifier is repeated',
            Type.Object({
              suppressed: Type.Array(Type.Boolean({ description: 'Whether any identifier is on the list' })),
              count: Type.Integer({ description: 'How many are' }),
              restricted: Type.Array(
                Type.Boolean({
                  description: 'Whether the processing is restricted for now: not to be trained on either',
                }),
              ),
            }),
          ),
          ...problems,
        },
      },
    },
    async (request) => {
      const { tenant } = principal(request);
      const people = request.body.subjects.map(({ identifiers }, person) =>
        lookUpKeysOf(
          deps.subjectKeys,
          tenant,
          identifiers,
          (index, why) => invalidField(`#/subjects/${person}/identifiers/${index}`, why),
          { asRecorded: true },
        ).map(({ key }) => key),
      );
      const all = [...new Set(people.flat())];
      const among = (listed: ReadonlySet<string>) => people.map((keys) => keys.some((key) => listed.has(key)));
      const suppressed = among(await deps.store.suppressedKeys(tenant, all));
      const restricted = among(await deps.store.restrictedKeys(tenant, all));
      return { suppressed, count: suppressed.filter(Boolean).length, restricted };
    },
  );
}

function liftRoute(app: App, deps: AppDeps): void {
  app.post(
    '/v1/suppressions::lift',
    {
      config: { scope: 'suppressions:lift' },
      schema: {
        tags,
        operationId: 'liftSuppressions',
        summary: 'Let a person be trained on again',
        description:
          'Where somebody consents anew. Names the person, or the deletion request; everything goes that requests of this person put on the list. The model stays as it is.',
        body: Type.Object(
          {
            subject: Type.Optional(subjectSchema('The person')),
            request_id: Type.Optional({ ...Id, description: 'A request of the list' }),
            reason: Reason,
          },
          { additionalProperties: false },
        ),
        response: {
          200: described(
            'What was lifted; nothing where nobody was suppressed',
            Type.Object({ lifted: Type.Array(Id, { description: 'Ids of deletion requests' }) }),
          ),
          ...problems,
        },
      },
    },
    async (request) => {
      const { tenant, actor } = principal(request);
      const { subject, request_id, reason } = request.body;
      if ((subject === undefined) === (request_id === undefined))
        throw invalidField('#', 'must have exactly one of subject and request_id');
      const by = { actor, reason: reasonOf(reason)! };
      if (request_id !== undefined) return { lifted: await deps.store.liftSuppressions(tenant, { request_id }, by) };
      const keys = lookUpKeysOf(deps.subjectKeys, tenant, subject!.identifiers, (index, why) =>
        invalidField(`#/subject/identifiers/${index}`, why),
      );
      const whom = { keys: keys.map(({ key }) => key) };
      return { lifted: await deps.store.liftSuppressions(tenant, whom, by) };
    },
  );
}

export const suppressionRoutes: Routes = (app, deps) => {
  const cursors = createCursors(deps.subjectKeys);
  app.get(
    '/v1/suppressions',
    {
      config: { scope: 'suppressions:read' },
      schema: {
        tags,
        operationId: 'listSuppressions',
        summary: 'List what is suppressed',
        querystring: PageParameters,
        response: {
          200: described(
            'A page, newest first, and how much there is in all',
            Type.Object({
              ...pageOf(Suppression).properties,
              counts: Type.Object({
                requests: Type.Integer(),
                keys: Type.Integer({ description: 'Different keyed identifiers, in every version of the key' }),
              }),
            }),
          ),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { tenant } = principal(request);
      const found = await page(request, reply, cursors, { list: 'suppressions', query: request.query }, (query) =>
        deps.store.listSuppressions(tenant, query),
      );
      return { ...found, counts: await deps.store.countSuppressions(tenant) };
    },
  );
  checkRoute(app, deps);
  liftRoute(app, deps);
};
