// /v1/restrictions: whose records are kept and not used (Art. 18 GDPR).
import Type, { type Static } from 'typebox';
import { Id, StringEnum } from '../../domain/common.ts';
import { RESTRICTION_STATES, type Restriction, RestrictionGroundField } from '../../domain/restriction.ts';
import { checkPresent, MatchAndKeyHeader } from '../conditional.ts';
import { KeyHeader, madeBefore, newId } from '../idempotency.ts';
import { lookUpKeysOf, subjectSchema } from '../identifiers.ts';
import { absolute, notFound } from '../links.ts';
import { createCursors, page, pageFields, pageOf } from '../paging.ts';
import { principal } from '../principal.ts';
import { Reason, reasonOf } from '../reason.ts';
import { conditionalProblems, described, IdParams, problems, ref } from '../schemas.ts';
import { nowOf, pastTime } from '../times.ts';
import type { App, AppDeps, Routes } from '../types.ts';
import { invalidField } from '../validation.ts';

const tags = ['restrictions'];

const PLACE = `Names a person, or a deletion request whose person it is; both, where the restriction is to wait with a request that was made before the
subject key was rotated: the person then needs all identifiers of the request. From then on \`suppressions:check\` says so, runs and references leave the
person’s records out of what they train on and measure with, and influence analyses do not show them. What a run has begun with, it ends with.
Records are neither changed nor deleted by it, and a deletion request goes on: hold or deny it where the data has to be kept.`;
const LIFT = `The person has to be told before (Art. 18(3)). Without \`informed_at\` the restriction is \`ending\` and stays in force, and the event
\`restriction.ending\` tells whoever has to tell them; with it, it is over. A restriction of a request that is denied, cancelled or
completed for some of its models is \`ending\` by itself. One of a request that is completed is lifted, where no model uses records that name the
person any more, and is \`ending\` elsewhere; where a run that forgot the person is rolled back it is in force again. Honours If-Match.`;

const Present = ref('Restriction');

const NewRestriction = Type.Object(
  {
    subject: Type.Optional(subjectSchema('The person')),
    request_id: Type.Optional({ ...Id, description: 'A deletion request of the person' }),
    ground: RestrictionGroundField,
    reason: Reason,
  },
  { additionalProperties: false },
);
const Lift = Type.Object(
  {
    reason: Reason,
    informed_at: Type.Optional(
      Type.String({ format: 'date-time', description: 'When the person was told that it is about to be lifted' }),
    ),
  },
  { additionalProperties: false },
);
const Filters = Type.Object(
  { ...pageFields, state: Type.Optional(StringEnum(RESTRICTION_STATES)) },
  { additionalProperties: false },
);

/** Throws `validation-failed` naming the field. */
async function place(
  { store, subjectKeys }: Pick<AppDeps, 'store' | 'subjectKeys'>,
  by: { id: string; tenant: string; actor: string },
  { subject, request_id, ground, reason }: Static<typeof NewRestriction>,
): Promise<Restriction> {
  const whom = subject && {
    subjects: lookUpKeysOf(subjectKeys, by.tenant, subject.identifiers, (index, why) =>
      invalidField(`#/subject/identifiers/${index}`, why),
    ),
  };
  const waits = request_id === undefined ? undefined : { request_id };
  const of = whom === undefined ? waits : { ...whom, ...waits };
  if (of === undefined) throw invalidField('#', 'must have subject or request_id');
  const outcome = await store.placeRestriction({ ...by, of, ground, reason: reasonOf(reason)! });
  switch (outcome.status) {
    case 'placed':
      return outcome.restriction;
    case 'nobody':
      throw invalidField('#/request_id', 'is of no deletion request that names a person');
    case 'rotated':
      throw invalidField(
        '#/request_id',
        'was made before the subject key was rotated: name the person with subject as well, by all identifiers of the request',
      );
    case 'another':
      throw invalidField('#/subject', 'must be the person of the deletion request, with all identifiers that it names');
  }
}

function placeRoute(app: App, deps: AppDeps): void {
  app.post(
    '/v1/restrictions',
    {
      config: { scope: 'restrictions:write', idempotent: true },
      schema: {
        ...{ headers: KeyHeader, tags, operationId: 'placeRestriction', description: PLACE, body: NewRestriction },
        summary: 'Restrict the processing of a person’s records',
        response: { 201: described('The restriction', ref('Restriction')), ...problems },
      },
    },
    async (request, reply) => {
      const { tenant, actor } = principal(request);
      const made = await madeBefore(request, (id) => deps.store.getRestriction(tenant, id));
      const restriction = made ?? (await place(deps, { id: newId(request), tenant, actor }, request.body));
      return reply
        .code(201)
        .header('location', absolute(request, `/v1/restrictions/${restriction.id}`))
        .send(restriction);
    },
  );
}

export const restrictionRoutes: Routes = (app, deps) => {
  const cursors = createCursors(deps.subjectKeys);
  const now = () => nowOf(deps);
  placeRoute(app, deps);
  app.get(
    '/v1/restrictions',
    {
      config: { scope: 'restrictions:read' },
      schema: {
        ...{ tags, operationId: 'listRestrictions', summary: 'List restrictions', querystring: Filters },
        response: { 200: described('A page, newest first', pageOf(ref('Restriction'))), ...problems },
      },
    },
    async (request, reply) => {
      const { state } = request.query;
      const about = { list: 'restrictions', query: request.query, filters: { state } };
      return page(request, reply, cursors, about, (query) =>
        deps.store.listRestrictions(principal(request).tenant, {
          ...query,
          ...(state === undefined ? {} : { state }),
        }),
      );
    },
  );
  app.get(
    '/v1/restrictions/:id',
    {
      config: { scope: 'restrictions:read' },
      schema: {
        ...{ tags, operationId: 'getRestriction', summary: 'Get a restriction', params: IdParams },
        response: { 200: described('The restriction', Present), ...problems },
      },
    },
    async (request) => {
      const restriction = await deps.store.getRestriction(principal(request).tenant, request.params.id);
      if (restriction === null) throw notFound('restriction');
      return restriction;
    },
  );
  app.post(
    '/v1/restrictions/:id/lift',
    {
      config: { scope: 'restrictions:write', idempotent: true },
      schema: {
        ...{
          headers: MatchAndKeyHeader,
          tags,
          operationId: 'liftRestriction',
          description: LIFT,
          params: IdParams,
          body: Lift,
        },
        summary: 'Lift a restriction, or say that it is about to be',
        response: { 200: described('The restriction as it is now', Present), ...conditionalProblems },
      },
    },
    async (request, reply) => {
      const { tenant, actor } = principal(request);
      const { reason, informed_at } = request.body;
      const told = informed_at === undefined ? null : pastTime('#/informed_at', informed_at, now());
      const check = (present: Restriction) => checkPresent(request, reply, Present, present);
      const by = { actor, reason: reasonOf(reason)!, informed_at: told, check };
      const restriction = await deps.store.liftRestriction(tenant, request.params.id, by);
      if (restriction === null) throw notFound('restriction');
      return restriction;
    },
  );
};
