// DELETE /v1/models/{id} and /v1/corpora/{id}: what is needed by something that has not ended is refused, and nothing forces it.
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Corpus, Model } from '../../domain/resources.ts';
import { ExpungeError, type ProblemCode } from '../../errors.ts';
import { deleteCorpus, deleteModel } from '../../runs/ending.ts';
import type { EndingAsked, EndingOutcome } from '../../runs/ports.ts';
import { checkPresent, MatchHeader } from '../conditional.ts';
import { notFound } from '../links.ts';
import { principal } from '../principal.ts';
import { OptionalReason, reasonOf } from '../reason.ts';
import { conditionalProblems, described, IdParams, ref } from '../schemas.ts';
import type { Routes } from '../types.ts';

const DELETE_MODEL = `With its whole line of checkpoints: their files go at once, and whatever was kept of its people with them. Deletion
requests, runs, certificates and the ledger stay, and certificates can still be verified. 409 while a request, a run, a verification or an
analysis of it has not ended, or a recipe of another model begins at one of its checkpoints. Honours If-Match with the ETag of GET.`;
const DELETE_CORPUS = `Its text and the index of who is in it. 409 while a model has it. Honours If-Match with the ETag of GET.`;

const PresentModel = ref('Model');
const PresentCorpus = ref('Corpus');

/** Optional: a client may send no body with DELETE. */
const Body = Type.Optional(
  Type.Union([Type.Null(), Type.Object({ reason: OptionalReason }, { additionalProperties: false })]),
);

function askedBy<T extends object>(
  request: FastifyRequest<{ Params: { id: string } }>,
  reply: FastifyReply,
  schema: object,
): EndingAsked<T> {
  const body = request.body as { reason?: string } | null | undefined;
  return {
    ...principal(request),
    id: request.params.id,
    reason: reasonOf(body?.reason),
    check: (present) => checkPresent(request, reply, schema, present),
  };
}

function deleted<T>(outcome: EndingOutcome<T>, what: string, code: ProblemCode): T {
  if (outcome.status === 'deleted') return outcome.was;
  if (outcome.status === 'unknown') throw notFound(what);
  const detail = `The ${what} is needed by ${outcome.by.length === 1 ? 'one thing' : `${outcome.by.length} things or more`} that would not be whole without it.`;
  throw new ExpungeError(code, detail, { extra: { existing: outcome.by[0], needed_by: outcome.by } });
}

export const endingRoutes: Routes = (app, deps) => {
  app.delete(
    '/v1/models/:id',
    {
      config: { scope: 'models:delete' },
      schema: {
        ...{ tags: ['models'], operationId: 'deleteModel', summary: 'Delete a model', description: DELETE_MODEL },
        ...{ headers: MatchHeader, params: IdParams, body: Body },
        response: { 200: described('The model as it was', PresentModel), ...conditionalProblems },
      },
    },
    async (request, reply) => {
      const asked = askedBy<Model>(request, reply, PresentModel);
      return deleted(await deleteModel({ ...deps, log: request.log }, asked), 'model', 'model-in-use');
    },
  );
  app.delete(
    '/v1/corpora/:id',
    {
      config: { scope: 'corpora:delete' },
      schema: {
        ...{ tags: ['corpora'], operationId: 'deleteCorpus', summary: 'Delete a corpus', description: DELETE_CORPUS },
        ...{ headers: MatchHeader, params: IdParams, body: Body },
        response: { 200: described('The corpus as it was', PresentCorpus), ...conditionalProblems },
      },
    },
    async (request, reply) => {
      const asked = askedBy<Corpus>(request, reply, PresentCorpus);
      return deleted(await deleteCorpus({ ...deps, log: request.log }, asked), 'corpus', 'corpus-in-use');
    },
  );
};
