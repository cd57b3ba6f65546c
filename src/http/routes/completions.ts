// Asking a model: an extraction oracle, so it is off unless configured, and answers are gone once read.
import Type from 'typebox';
import { v7 as uuidv7 } from 'uuid';
import { Id, StringEnum, Timestamp } from '../../domain/common.ts';
import { ExpungeError } from '../../errors.ts';
import { absolute, notFound, POLL_SECONDS } from '../links.ts';
import { principal } from '../principal.ts';
import { described, IdParams, problems } from '../schemas.ts';
import { nowOf } from '../times.ts';
import type { AppDeps, Routes } from '../types.ts';

const tags = ['completions'];
/** How long an answer waits to be read. */
const KEPT_MS = 10 * 60_000;

const Ask = Type.Object(
  {
    prompts: Type.Array(Type.String({ minLength: 1, maxLength: 10_000 }), { minItems: 1, maxItems: 64 }),
    max_new_tokens: Type.Integer({ minimum: 1, maximum: 256, default: 64 }),
  },
  { additionalProperties: false },
);

const Completion = Type.Object({
  id: Id,
  model_id: Id,
  state: StringEnum(['waiting', 'answered', 'failed'] as const),
  answers: Type.Optional(Type.Array(Type.String(), { description: 'Greedy answers, in the order of the prompts' })),
  error: Type.Optional(Type.String({ description: 'Why there is no answer' })),
  expires_at: Timestamp,
});

const requireEnabled = (deps: AppDeps): void => {
  if (!deps.config.completionsEnabled) {
    throw new ExpungeError('completions-disabled', 'This installation does not let anybody ask its models.');
  }
};

export const completionRoutes: Routes = (app, deps) => {
  const now = () => nowOf(deps);
  app.post(
    '/v1/models/:id/completions',
    {
      config: { scope: 'models:ask' },
      schema: {
        tags,
        operationId: 'askModel',
        summary: 'Ask the active checkpoint for greedy answers',
        params: IdParams,
        body: Ask,
        response: { 202: described('Accepted; the answers are at Location', Completion), ...problems },
      },
    },
    async (request, reply) => {
      requireEnabled(deps);
      const { tenant } = principal(request);
      const model = await deps.store.getModel(tenant, request.params.id);
      if (model === null) throw notFound('model');
      const id = uuidv7();
      const expires_at = new Date(now().getTime() + KEPT_MS).toISOString();
      const { prompts, max_new_tokens } = request.body;
      const sealed_prompts = deps.subjectKeys.seal(JSON.stringify(prompts));
      await deps.store.createProbe({ id, tenant, model_id: model.id, sealed_prompts, max_new_tokens, expires_at });
      try {
        await deps.doorbell.ringProbe(id);
      } catch (cause) {
        // no sweep rings for questions: without the doorbell nobody would ever answer
        await deps.store.deleteProbe(tenant, id);
        throw new ExpungeError('service-unavailable', 'The queue does not answer; ask again later.', { cause });
      }
      return reply
        .code(202)
        .header('location', absolute(request, `/v1/completions/${id}`))
        .header('retry-after', '1')
        .header('cache-control', 'no-store')
        .send({ id, model_id: model.id, state: 'waiting', expires_at });
    },
  );
  app.get(
    '/v1/completions/:id',
    {
      // reading deletes, so there must be no HEAD that deletes unread
      exposeHeadRoute: false,
      config: { scope: 'models:ask', tagged: false },
      schema: {
        tags,
        operationId: 'getCompletion',
        summary: 'Get answers, once',
        description: 'Answers are deleted when they are read, or ten minutes after the question.',
        params: IdParams,
        response: { 200: described('Waiting, or the answers', Completion), ...problems },
      },
    },
    async (request, reply) => {
      requireEnabled(deps);
      const { tenant } = principal(request);
      const probe = await deps.store.getProbe(tenant, request.params.id);
      if (probe === null || Date.parse(probe.expires_at) <= now().getTime()) throw notFound('completion');
      reply.header('cache-control', 'no-store');
      const { id, model_id, state, expires_at, sealed_answers, error } = probe;
      if (state === 'waiting') {
        reply.header('retry-after', String(POLL_SECONDS));
        return { id, model_id, state, expires_at };
      }
      await deps.store.deleteProbe(tenant, id);
      if (state === 'failed' || sealed_answers === null) {
        return { id, model_id, state: 'failed' as const, error: error ?? 'The model gave no answer.', expires_at };
      }
      const answers = JSON.parse(deps.subjectKeys.open(sealed_answers)) as string[];
      return { id, model_id, state, answers, expires_at };
    },
  );
};
