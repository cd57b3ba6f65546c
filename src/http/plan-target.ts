// The plan of one target of a request, made before there is a run: for `validate_only`, and to refuse what cannot run.
import { PRESETS } from '../domain/policies.ts';
import type { Model, PlannedTarget } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import { baseSaw } from '../runs/base.ts';
import type { SetCounts } from '../runs/plan/facts.ts';
import { gatherFacts, secondsUntil } from '../runs/plan/gather.ts';
import { planRun } from '../runs/plan/plan.ts';
import { policyInForce } from '../runs/policy.ts';
import type { CreateRequest, RequestPreview, Whose } from '../runs/ports.ts';
import { nowOf } from './times.ts';
import type { AppDeps } from './types.ts';

/** What of a request its plan depends on. */
type Wish = Pick<CreateRequest, 'tenant' | 'method' | 'model_ids' | 'asked_records'> & { due_at: string; whose: Whose };
type Previewed = Extract<RequestPreview, { status: 'possible' }>['targets'][number];

/** Parameters whose errors begin with their name: what they say of a model no schema can check. */
const OF_MODEL = ['trainable', 'lora_rank', 'lora_targets', 'layer'];
/** And those about the method as a whole. */
const OF_METHOD = 'method';

/** Points at what the client wrote: at the parameter, or at the model that the method cannot run on. */
function pointed(error: unknown, { model_ids }: Wish, model: Model): unknown {
  if (!(error instanceof ExpungeError)) return error;
  const name = [...OF_MODEL, OF_METHOD].find((one) => error.message.startsWith(`${one}:`));
  const index = model_ids?.indexOf(model.id) ?? -1;
  const place = error.code === 'recipe-missing' && index >= 0 ? `#/targets/${index}` : '#/method/name';
  const pointer = name === undefined ? place : name === OF_METHOD ? '#/method/name' : `#/method/params/${name}`;
  if (error.code !== 'recipe-missing' && name === undefined) return error;
  const detail = name === undefined ? error.message : error.message.slice(name.length + 2);
  return new ExpungeError(error.code, `${pointer}: ${detail} (model ${model.name})`, { errors: [{ pointer, detail }] });
}

function targetStatement({ forget, retain }: SetCounts): string {
  if (forget === 0)
    return 'The model was not trained on a record that the request is about: the target would end at once, completed_no_data.';
  if (retain === 0)
    return 'The request names every training record: the run would fail, since nothing would be retained.';
  return 'The target would wait for a run of the model, which takes all requests that wait together.';
}

/** Throws what makes the method impossible on the model: `validation-failed`, `recipe-missing`, `method-not-applicable`. */
export async function planTarget(deps: AppDeps, wish: Wish, target: Previewed): Promise<PlannedTarget> {
  const { model, ...counts } = target;
  // records that are named themselves may be anybody’s
  const people = wish.asked_records ? {} : { people: 1 };
  const { config } = deps;
  const now = nowOf(deps);
  const { policy } = await policyInForce(deps.store, wish.tenant, model.id, PRESETS.standard.policy);
  const facts = await gatherFacts(deps, {
    ...{ tenant: wish.tenant, model, checkpoint: model.active, counts: { ...counts, ...people } },
    base_saw: await baseSaw(deps, wish.tenant, wish.whose, model.active),
    ...{ threads: config.compute.threads, backend: config.compute.backend, policy },
    limits: {
      seconds: config.runs.timeLimitSeconds,
      // the machine of a worker may be another one: only what is configured holds for both
      memory_bytes: config.compute.memoryBudgetBytes,
      due_in_seconds: secondsUntil(wish.due_at, now),
    },
  });
  try {
    const plan = planRun(wish.method, facts);
    const about = { model_id: model.id, model_name: model.name, records: counts.forget };
    return { ...about, statement: targetStatement(counts), plan: counts.forget === 0 ? [] : plan };
  } catch (error) {
    throw pointed(error, wish, model);
  }
}

/** What the request as a whole would come to. */
export function statementOf(targets: readonly PlannedTarget[]): string {
  const known = targets.filter(({ records }) => records > 0).length;
  if (targets.length === 0)
    return 'No model was trained on a record that the request is about: the request would end at once, completed_no_data, with a certificate of the search.';
  if (known === 0)
    return 'None of the models was trained on a record that the request is about: the request would end at once, completed_no_data.';
  return `The request would be accepted; ${known === 1 ? '1 model has' : `${known} models have`} records to forget.`;
}
