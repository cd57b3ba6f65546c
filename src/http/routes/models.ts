// /v1/models: lines of checkpoints.
import Type from 'typebox';
import { Id, Name } from '../../domain/common.ts';
import { CorpusRole } from '../../domain/record.ts';
import { KeyHeader, madeBefore, newId } from '../idempotency.ts';
import { absolute, notFound } from '../links.ts';
import { createCursors, PageParameters, page, pageOf } from '../paging.ts';
import { principal } from '../principal.ts';
import { folderFields, registerModel } from '../registration.ts';
import { described, IdParams, problems, ref } from '../schemas.ts';
import type { Routes } from '../types.ts';

const tags = ['models'];

const NewModel = Type.Object(
  {
    name: Name,
    ...folderFields,
    corpora: Type.Array(
      Type.Object(
        {
          corpus_id: Id,
          role: Type.Unsafe<CorpusRole>({
            type: 'string',
            enum: CorpusRole.anyOf.map((role) => role.const),
            description:
              'train: the model learned it; holdout: it never saw it; world: facts or general text about nobody who is forgotten, that it should do as well on as before',
          }),
          records: Type.Optional(
            Type.Integer({
              minimum: 1,
              description:
                'How many of its records, from the first, count; left out: those of recipe.json, or else all that it holds now',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      {
        maxItems: 20,
        description:
          'With a train corpus among them; none for a base that others were trained from, and nothing is unlearned from',
      },
    ),
  },
  { additionalProperties: false },
);

export const modelRoutes: Routes = (app, deps) => {
  const cursors = createCursors(deps.subjectKeys);
  app.post(
    '/v1/models',
    {
      config: { scope: 'models:write', idempotent: true },
      schema: {
        headers: KeyHeader,
        tags,
        operationId: 'registerModel',
        summary: 'Register a checkpoint as a model',
        description:
          'A folder under IMPORT_DIR (`path`) or an upload (`upload_id`). It is checked and copied; the original is not needed afterwards.',
        body: NewModel,
        response: { 201: described('The new model; read its `warnings`', ref('Model')), ...problems },
      },
    },
    async (request, reply) => {
      const who = principal(request);
      const made = await madeBefore(request, (id) => deps.store.getModel(who.tenant, id, true));
      const model = made ?? (await registerModel(deps, who, { id: newId(request), ...request.body }));
      return reply
        .code(201)
        .header('location', absolute(request, `/v1/models/${model.id}`))
        .send(model);
    },
  );
  app.get(
    '/v1/models',
    {
      config: { scope: 'models:read' },
      schema: {
        tags,
        operationId: 'listModels',
        summary: 'List models',
        querystring: PageParameters,
        response: { 200: described('A page of models, newest first', pageOf(ref('Model'))), ...problems },
      },
    },
    async (request, reply) =>
      page(request, reply, cursors, { list: 'models', query: request.query }, (query) =>
        deps.store.listModels(principal(request).tenant, query),
      ),
  );
  app.get(
    '/v1/models/:id',
    {
      config: { scope: 'models:read' },
      schema: {
        tags,
        operationId: 'getModel',
        summary: 'Get a model',
        params: IdParams,
        response: { 200: described('The model; `active` is the checkpoint in use', ref('Model')), ...problems },
      },
    },
    async (request) => {
      const model = await deps.store.getModel(principal(request).tenant, request.params.id);
      if (model === null) throw notFound('model');
      return model;
    },
  );
};
