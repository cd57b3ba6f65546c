// Accepts a deletion request: recorded first, then the doorbell.
import type { FastifyBaseLogger } from 'fastify';
import type { Need } from '../domain/method.ts';
import type { Identifier } from '../domain/record.ts';
import type { DeletionRequest, MethodChoice, Model } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import { baseOf, NO_SLICES, whereIsBase } from '../runs/base.ts';
import { subjectKeysOf } from './identifiers.ts';
import { defaultsOf, needsOf } from './method-schema.ts';
import type { Principal } from './principal.ts';
import type { AppDeps } from './types.ts';
import { invalidField } from './validation.ts';

export interface NewDeletionRequest {
  subject: { identifiers: Identifier[] };
  targets?: string[];
  method?: { name: string; params?: Record<string, unknown> };
  ground?: string;
  submitted_at?: string;
  external_id?: string;
}

/** Clocks of two machines differ; a time this little ahead is taken as now. */
const SKEW_MS = 60_000;
/** Nobody asked before; the database's calendar has no year 0, which the format admits. */
const EARLIEST = Date.UTC(1970);

function submittedAt(given: string | undefined, now: Date): string {
  if (given === undefined) return now.toISOString();
  const time = Date.parse(given);
  // the format admits leap seconds, which Date does not know
  if (Number.isNaN(time)) throw invalidField('#/submitted_at', 'is not a point in time');
  if (time < EARLIEST) throw invalidField('#/submitted_at', 'lies before 1970');
  if (time > now.getTime() + SKEW_MS) throw invalidField('#/submitted_at', 'lies in the future');
  return new Date(Math.min(time, now.getTime())).toISOString();
}

const unknownModel = (index: number) => {
  const pointer = `#/targets/${index}`;
  return new ExpungeError('unknown-model', `${pointer} names no model.`, {
    errors: [{ pointer, detail: 'names no model' }],
  });
};

/** Throws `recipe-missing` for a model without a recipe, whose recipe starts from what is not here, or without slices that are needed. */
async function checkRecipeOf(
  { checkpoints }: AppDeps,
  model: Model,
  { pointer, method, needs }: { pointer: string; method: string | undefined; needs: readonly Need[] },
): Promise<void> {
  const refuse = (detail: string): never => {
    throw new ExpungeError('recipe-missing', `The model ${pointer} ${detail}.`, { errors: [{ pointer, detail }] });
  };
  if (!model.has_recipe) refuse(`has no recipe, which the method ${method} trains again from`);
  const base = await baseOf(checkpoints, model.active);
  if (base.status === 'missing') refuse(`cannot be trained again: ${whereIsBase(base.digest)}`);
  if (needs.includes('slices') && !(await checkpoints.hasSlices(model.active)))
    refuse(`has nothing that ${method} goes on from: ${NO_SLICES}`);
}

/** Named models exist, and the chosen method can run on each of them. */
async function checkTargets(
  deps: AppDeps,
  tenant: string,
  targets: string[],
  method: MethodChoice | null,
): Promise<void> {
  const chosen = method === null ? undefined : deps.methods[method.name];
  const needs = chosen === undefined || method === null ? [] : needsOf(chosen, method.params);
  for (const [index, id] of targets.entries()) {
    const model = await deps.store.getModel(tenant, id);
    if (model === null) throw unknownModel(index);
    if (needs.includes('recipe'))
      await checkRecipeOf(deps, model, { pointer: `#/targets/${index}`, method: method?.name, needs });
  }
}

/** Never rejects: the request is safe in the store, and the sweep of a worker rings again. */
async function ring(deps: AppDeps, models: string[], log: FastifyBaseLogger): Promise<void> {
  const one = (model_id: string) =>
    deps.doorbell.ringModel(model_id).catch((err: unknown) => log.warn({ model_id, err }, 'doorbell not rung'));
  await Promise.all(models.map(one));
}

/**
 * Resolves after the transaction that holds the request and its ledger entry. Throws `validation-failed`,
 * `unknown-model`, `recipe-missing`, `already-open`, `external-id-taken`.
 */
export async function createDeletionRequest(
  deps: AppDeps,
  who: Principal,
  given: NewDeletionRequest,
  log: FastifyBaseLogger,
): Promise<DeletionRequest> {
  const subjects = subjectKeysOf(deps.subjectKeys, who.tenant, given.subject.identifiers, (index, why) =>
    invalidField(`#/subject/identifiers/${index}`, why),
  );
  const submitted_at = submittedAt(given.submitted_at, (deps.clock ?? (() => new Date()))());
  const chosen = given.method && deps.methods[given.method.name];
  const method = chosen ? { name: chosen.name, params: { ...defaultsOf(chosen), ...given.method?.params } } : null;
  await checkTargets(deps, who.tenant, given.targets ?? [], method);
  const outcome = await deps.store.createRequest({
    tenant: who.tenant,
    actor: who.actor,
    external_id: given.external_id ?? null,
    ground: given.ground ?? null,
    subjects,
    model_ids: given.targets ?? null,
    method,
    submitted_at,
  });
  switch (outcome.status) {
    case 'created':
      // not awaited: a queue that hangs must not hold back the answer
      void ring(deps, outcome.ring, log);
      return outcome.request;
    case 'already_open':
      throw new ExpungeError('already-open', 'A request for this person and model has not ended yet.', {
        extra: { existing: `/v1/deletion-requests/${outcome.request_id}` },
      });
    case 'external_id_taken':
      throw new ExpungeError('external-id-taken', 'Another request carries this external_id.', {
        extra: { existing: `/v1/deletion-requests/${outcome.request_id}` },
      });
    case 'unknown_model':
      throw unknownModel(Math.max(0, given.targets?.indexOf(outcome.model_id) ?? 0));
  }
}
