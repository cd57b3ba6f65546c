// /v1/models/{id}/forgetting: what a model has forgotten since it was exact, what that took, and the way back.
import Type, { type Static } from 'typebox';
import { type Forgetting, HINDRANCES } from '../../domain/forgetting.ts';
import { PRESETS } from '../../domain/policies.ts';
import { ExpungeError } from '../../errors.ts';
import { readForgetting } from '../../runs/forgetting.ts';
import { KeyHeader, madeBefore, newId } from '../idempotency.ts';
import { absolute, notFound, POLL_SECONDS } from '../links.ts';
import { principal } from '../principal.ts';
import { OptionalReason, reasonOf } from '../reason.ts';
import { ring } from '../ring.ts';
import { described, IdParams, problems, ref } from '../schemas.ts';
import type { AppDeps, Routes } from '../types.ts';

const tags = ['models'];

const Ask = Type.Object({ reason: OptionalReason }, { additionalProperties: false });

async function read(deps: AppDeps, tenant: string, id: string) {
  const found = await readForgetting(deps, tenant, id, PRESETS.standard.policy);
  if (found === null) throw notFound('model');
  const { hindrance, published: _, ...shown } = found;
  return { hindrance, shown: shown satisfies Forgetting };
}

/** Throws `recipe-missing`, `method-not-applicable`, and `wrong-state` where there is nothing to consolidate, or somebody else has asked already. */
async function queue(
  deps: AppDeps,
  by: { id: string; tenant: string; model_id: string; actor: string },
  reason: Static<typeof Ask>['reason'],
): Promise<void> {
  const { shown, hindrance } = await read(deps, by.tenant, by.model_id);
  const extra = { existing: `/v1/models/${by.model_id}/forgetting` };
  if (hindrance === 'recipe' || hindrance === 'base')
    throw new ExpungeError('recipe-missing', `The model cannot be trained again: ${HINDRANCES[hindrance]}.`);
  if (hindrance !== null)
    throw new ExpungeError('method-not-applicable', `A consolidation would not be exact: ${HINDRANCES[hindrance]}.`);
  if (shown.since_exact.requests === 0)
    throw new ExpungeError('wrong-state', 'The checkpoint in use is exact already: nothing was forgotten since.', {
      extra,
    });
  const outcome = await deps.store.queueConsolidation({ ...by, why: 'asked', reason: reasonOf(reason) });
  if (outcome.status === 'open' && outcome.id !== by.id)
    throw new ExpungeError('wrong-state', 'A consolidation of the model waits or is under way already.', { extra });
}

export const forgettingRoutes: Routes = (app, deps) => {
  app.get(
    '/v1/models/:id/forgetting',
    {
      config: { scope: 'models:read' },
      schema: {
        tags,
        operationId: 'getForgetting',
        summary: 'Get the ledger of forgetting of a model',
        description:
          'What its published runs have taken since the last checkpoint that is exact, the budget of the policy in force, and what happens when that is spent.',
        params: IdParams,
        response: { 200: described('The line, and what happens next', ref('Forgetting')), ...problems },
      },
    },
    async (request) => (await read(deps, principal(request).tenant, request.params.id)).shown,
  );
  app.post(
    '/v1/models/:id/consolidations',
    {
      config: { scope: 'models:consolidate', idempotent: true },
      schema: {
        headers: KeyHeader,
        tags,
        operationId: 'consolidateModel',
        summary: 'Have a model trained again without everybody erased',
        description:
          'By its recipe, in the background: requests of the model go first. What is made is verified and published as of any run, and the line begins anew.',
        params: IdParams,
        body: Ask,
        response: { 202: described('Queued; poll Location', ref('Forgetting')), ...problems },
      },
    },
    async (request, reply) => {
      const { tenant, actor } = principal(request);
      const { id: model_id } = request.params;
      const made = await madeBefore(request, async (id) => (await deps.store.hasConsolidation(tenant, id)) || null);
      if (made === null) await queue(deps, { id: newId(request), tenant, model_id, actor }, request.body.reason);
      void ring(deps, [model_id], request.log);
      const now = await read(deps, tenant, model_id);
      return reply
        .code(202)
        .header('location', absolute(request, `/v1/models/${model_id}/forgetting`))
        .header('retry-after', String(POLL_SECONDS))
        .send(now.shown);
    },
  );
};
