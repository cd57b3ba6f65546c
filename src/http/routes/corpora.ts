// /v1/corpora: training sets and their records.
import type { Readable } from 'node:stream';
import Type from 'typebox';
import { createFinder } from '../../corpora/find-subjects.ts';
import { Name } from '../../domain/common.ts';
import { SubjectRules } from '../../domain/subject-rules.ts';
import { ExpungeError } from '../../errors.ts';
import { KeyHeader, madeBefore, newId } from '../idempotency.ts';
import { absolute, notFound } from '../links.ts';
import { createCursors, PageParameters, page, pageOf } from '../paging.ts';
import { principal } from '../principal.ts';
import { described, IdParams, problems, ref } from '../schemas.ts';
import { FilledCorpus, OnSuppressed } from '../suppressed.ts';
import type { App, AppDeps, Routes } from '../types.ts';
import { upload } from '../upload.ts';
import { importRoute } from './corpus-imports.ts';
import { previewRoute } from './rule-preview.ts';

const tags = ['corpora'];

const UPLOAD = `One UploadedRecord as JSON a line, streamed. \`subjects\` say whom a record is about: they are hashed and
stripped before anything is stored. Empty lines are skipped. All lines are kept or none is.`;

/** Records arrive as a stream, so this scope takes no other body: JSON would be read into memory. */
function recordRoutes(app: App, deps: AppDeps): void {
  const limit = deps.config.limits.uploadBytes;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-ndjson', (request, payload, done) => {
    // a length that is declared too large is refused before the first byte of it is read
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared <= limit) done(null, payload);
    else done(new ExpungeError('body-too-large', `The upload is over ${limit} bytes; nothing was kept.`));
  });
  app.post(
    '/v1/corpora/:id/records',
    {
      bodyLimit: limit,
      config: { scope: 'corpora:write' },
      schema: {
        tags,
        operationId: 'uploadRecords',
        summary: 'Add records',
        consumes: ['application/x-ndjson'],
        params: IdParams,
        querystring: Type.Object({ on_suppressed: OnSuppressed }, { additionalProperties: false }),
        body: Type.Unsafe<unknown>({ description: UPLOAD }),
        response: { 201: described('The corpus with the new records', FilledCorpus), ...problems },
      },
    },
    async (request, reply) => {
      if (request.body === undefined || request.body === null) {
        throw new ExpungeError('empty-corpus', 'The upload holds no record.');
      }
      // leaving early must not destroy the request: its socket still has to carry the problem document
      const chunks = (request.body as Readable).iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
      const source = { chunks, totalBytes: limit, onSuppressed: request.query.on_suppressed };
      const corpus = await upload(deps, principal(request), request.params.id, source);
      return reply
        .code(201)
        .header('location', absolute(request, `/v1/corpora/${corpus.id}`))
        .send(corpus);
    },
  );
}

export const corporaRoutes: Routes = (app, deps) => {
  const cursors = createCursors(deps.subjectKeys);
  app.post(
    '/v1/corpora',
    {
      config: { scope: 'corpora:write', idempotent: true },
      schema: {
        headers: KeyHeader,
        tags,
        operationId: 'createCorpus',
        summary: 'Create an empty corpus',
        body: Type.Object({ name: Name, subject_rules: Type.Optional(SubjectRules) }, { additionalProperties: false }),
        response: { 201: described('The new corpus', ref('Corpus')), ...problems },
      },
    },
    async (request, reply) => {
      const { tenant, actor } = principal(request);
      const { name, subject_rules: rules = null } = request.body;
      // rules that cannot be meant are told now, and not with the first upload
      if (rules !== null) await createFinder(rules);
      const made = await madeBefore(request, (id) => deps.store.getCorpus(tenant, id, true));
      const outcome =
        made === null
          ? await deps.store.createCorpus(tenant, name, actor, rules, newId(request))
          : ({ status: 'created', corpus: made } as const);
      if (outcome.status === 'name_taken') {
        const existing = `/v1/corpora/${outcome.id}`;
        throw new ExpungeError('name-taken', 'A corpus of this name exists.', { extra: { existing } });
      }
      const location = absolute(request, `/v1/corpora/${outcome.corpus.id}`);
      return reply.code(201).header('location', location).send(outcome.corpus);
    },
  );
  app.get(
    '/v1/corpora',
    {
      config: { scope: 'corpora:read' },
      schema: {
        tags,
        operationId: 'listCorpora',
        summary: 'List corpora',
        querystring: PageParameters,
        response: { 200: described('A page of corpora, newest first', pageOf(ref('Corpus'))), ...problems },
      },
    },
    async (request, reply) =>
      page(request, reply, cursors, { list: 'corpora', query: request.query }, (query) =>
        deps.store.listCorpora(principal(request).tenant, query),
      ),
  );
  app.get(
    '/v1/corpora/:id',
    {
      config: { scope: 'corpora:read' },
      schema: {
        tags,
        operationId: 'getCorpus',
        summary: 'Get a corpus',
        params: IdParams,
        response: { 200: described('The corpus', ref('Corpus')), ...problems },
      },
    },
    async (request) => {
      const corpus = await deps.store.getCorpus(principal(request).tenant, request.params.id);
      if (corpus === null) throw notFound('corpus');
      return corpus;
    },
  );
  importRoute(app, deps);
  previewRoute(app, deps);
  app.register(async (scope) => recordRoutes(scope, deps));
};
