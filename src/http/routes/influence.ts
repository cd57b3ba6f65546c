// /v1/models/{id}/influence: which training records shaped what a model says. Answered by polling, with ids and no text.
import type { FastifyBaseLogger } from 'fastify';
import Type, { type Static } from 'typebox';
import { Id } from '../../domain/common.ts';
import { type InfluenceFindings, InfluenceOptions, type InfluenceQuery } from '../../domain/influence.ts';
import type { Model } from '../../domain/resources.ts';
import { ExpungeError } from '../../errors.ts';
import type { RecordPlace, StoredInfluence } from '../../runs/ports.ts';
import { refuseRestrictedRecords, unrestricted } from '../../runs/restricted.ts';
import { KeyHeader, madeBefore, newId } from '../idempotency.ts';
import { lookUpKeysOf, subjectSchema } from '../identifiers.ts';
import { absolute, notFound, POLL_SECONDS } from '../links.ts';
import { principal } from '../principal.ts';
import { described, IdParams, problems, ref } from '../schemas.ts';
import { nowOf } from '../times.ts';
import type { App, AppDeps, Routes } from '../types.ts';
import { invalidField } from '../validation.ts';

const tags = ['influence'];
/** How long an analysis is kept from when it was asked for, done or not. */
const KEPT_MS = 24 * 3_600_000;

const Ask = Type.Object(
  {
    prompt: Type.Optional(Type.String({ maxLength: 100_000, description: 'What the model is asked' })),
    answer: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100_000,
        description: 'What it should have said to the prompt; left out: what it says itself',
      }),
    ),
    subject: Type.Optional(subjectSchema('A person whose training records are asked about')),
    record_ids: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        minItems: 1,
        maxItems: 1000,
        description: 'Training records that are asked about',
      }),
    ),
    ...InfluenceOptions.properties,
  },
  { additionalProperties: false, description: 'Exactly one of prompt, subject and record_ids' },
);
type Ask = Static<typeof Ask>;

const nameOf = ({ corpus_id, ordinal }: RecordPlace): string => `${corpus_id}/${ordinal}`;

/** What is asked about; records whose text was erased are left out. Throws `validation-failed`, `records-gone`, `subject-restricted`. */
async function queryOf(deps: AppDeps, tenant: string, modelId: string, ask: Ask): Promise<InfluenceQuery> {
  const { prompt, answer, subject, record_ids, own_answers } = ask;
  if ([prompt, subject, record_ids].filter((one) => one !== undefined).length !== 1)
    throw invalidField('#', 'must have exactly one of prompt, subject and record_ids');
  if (prompt !== undefined && answer !== undefined && own_answers)
    throw invalidField('#/own_answers', 'asks about what the model itself says: leave it out, or leave out answer');
  if (prompt !== undefined) return { asks: 'answer', prompt, answer: answer ?? null };
  if (answer !== undefined) throw invalidField('#/answer', 'goes with a prompt, which may be empty');
  if (record_ids !== undefined) {
    const places = await deps.store.recordsWithIds(tenant, modelId, record_ids);
    await refuseRestrictedRecords(deps.store, tenant, places, '#/record_ids');
    return { asks: 'records', record_ids };
  }
  const keys = lookUpKeysOf(deps.subjectKeys, tenant, subject!.identifiers, (index, why) =>
    invalidField(`#/subject/identifiers/${index}`, why),
  );
  const all = await deps.store.recordsNaming(tenant, modelId, keys);
  const named = await unrestricted(deps.store, tenant, { subjects: keys, named: all }, '#/subject');
  const gone = new Set((await deps.store.textGone(tenant, named)).map(nameOf));
  const rows = named.filter((place) => !gone.has(nameOf(place)));
  if (rows.length > 0) return { asks: 'subject', rows };
  if (named.length > 0) throw new ExpungeError('records-gone', 'The text of all records of the subject was erased.');
  throw invalidField('#/subject', 'is named by no training record of the model: ask with a prompt instead');
}

const optionsOf = ({ damping, checkpoints = 1, ...ask }: Ask): InfluenceOptions => {
  const { method, top, own_answers, iterations, curvature_rows } = ask;
  return {
    ...{ method, checkpoints, top, own_answers, iterations, curvature_rows },
    ...(damping === undefined ? {} : { damping }),
  };
};

/** Several checkpoints are those of a log. */
async function checkCheckpoints({ checkpoints }: AppDeps, { active }: Model, ask: Ask): Promise<void> {
  if ((ask.checkpoints ?? 1) === 1) return;
  if (ask.method !== 'tracin') throw invalidField('#/checkpoints', `goes with tracin: ${ask.method} looks at one`);
  if (!(await checkpoints.hasUpdates(active)))
    throw invalidField(
      '#/checkpoints',
      'of more than 1 needs a log of the training, and the active checkpoint has no updates.json: train with --log-updates, or leave it out',
    );
}

/** What is asked and how it is computed, as the store keeps it. */
async function asked(deps: AppDeps, tenant: string, model: Model, ask: Ask) {
  await checkCheckpoints(deps, model, ask);
  const query = await queryOf(deps, tenant, model.id, ask);
  const sealed_query = deps.subjectKeys.seal(JSON.stringify(query));
  return { asks: query.asks, options: optionsOf(ask), sealed_query };
}

/** As clients see it: the question stays sealed. */
function shown(deps: AppDeps, stored: StoredInfluence) {
  const { tenant: _, sealed_query: __, sealed_findings, ...analysis } = stored;
  const findings =
    sealed_findings === null ? null : (JSON.parse(deps.subjectKeys.open(sealed_findings)) as InfluenceFindings);
  return { ...analysis, findings };
}

/** Never rejects: the analysis is in the store, and the sweep of a worker rings again. */
const ring = (deps: AppDeps, id: string, log: FastifyBaseLogger): Promise<void> =>
  deps.doorbell.ringInfluence(id).catch((err: unknown) => log.warn({ analysis_id: id, err }, 'doorbell not rung'));

function readRoute(app: App, deps: AppDeps): void {
  app.get(
    '/v1/models/:id/influence/:analysis_id',
    {
      config: { scope: 'influence:analyse', tagged: false },
      schema: {
        tags,
        operationId: 'getInfluence',
        summary: 'Get an analysis of influence',
        params: Type.Object({ id: Id, analysis_id: Id }),
        response: { 200: described('The analysis; `findings` once it is done', ref('InfluenceAnalysis')), ...problems },
      },
    },
    async (request, reply) => {
      const { id, analysis_id } = request.params;
      const stored = await deps.store.getInfluence(principal(request).tenant, id, analysis_id);
      if (stored === null) throw notFound('analysis');
      reply.header('cache-control', 'no-store');
      if (stored.finished_at === null) reply.header('retry-after', String(POLL_SECONDS));
      return shown(deps, stored);
    },
  );
}

export const influenceRoutes: Routes = (app, deps) => {
  const now = () => nowOf(deps);
  app.post(
    '/v1/models/:id/influence',
    {
      config: { scope: 'influence:analyse', idempotent: true },
      schema: {
        headers: KeyHeader,
        tags,
        operationId: 'analyseInfluence',
        summary: 'Rank training records by how much they shaped an answer',
        description:
          'Looks at the active checkpoint, or with `checkpoints` at the training that led to it. What was asked is kept sealed until the analysis ends, its findings for a day. Records of people whose processing is restricted are not read; a question about them is 409 `subject-restricted`.',
        params: IdParams,
        body: Ask,
        response: { 202: described('Accepted; poll Location', ref('InfluenceAnalysis')), ...problems },
      },
    },
    async (request, reply) => {
      const { tenant } = principal(request);
      const model = await deps.store.getModel(tenant, request.params.id);
      if (model === null) throw notFound('model');
      const id = newId(request);
      const read = () => deps.store.getInfluence(tenant, model.id, id);
      if ((await madeBefore(request, read)) === null) {
        const about = await asked(deps, tenant, model, request.body);
        const expires_at = new Date(now().getTime() + KEPT_MS).toISOString();
        const analysis = { id, tenant, model_id: model.id, expires_at, ...about };
        const { open } = deps.config.influence;
        if (!(await deps.store.createInfluence(analysis, open)))
          throw new ExpungeError('too-many-analyses', `${open} have not ended, as many as there may be.`);
      }
      void ring(deps, id, request.log);
      const stored = await read();
      return reply
        .code(202)
        .header('location', absolute(request, `/v1/models/${model.id}/influence/${id}`))
        .header('retry-after', String(POLL_SECONDS))
        .header('cache-control', 'no-store')
        .send(shown(deps, stored!));
    },
  );
  readRoute(app, deps);
};
