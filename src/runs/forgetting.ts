// The ledger of forgetting: read for whoever asks, and held against its budget after each publication.
import { v7 as uuid } from 'uuid';
import {
  type Consolidation,
  type Forgetting,
  type ForgettingRun,
  forgettingLine,
  type Hindrance,
  utilityOf,
  whatNext,
} from '../domain/forgetting.ts';
import { guaranteeOf } from '../domain/guarantee.ts';
import { PRESETS } from '../domain/policies.ts';
import type { Verdict, VerificationPolicy } from '../domain/verification.ts';
import { trainsAnew } from '../methods/index.ts';
import { baseOf, baseSaw, hasRecipe } from './base.ts';
import type { RunDeps } from './deps.ts';
import type { PublishedRun } from './forgetting-port.ts';
import { policyInForce } from './policy.ts';
import type { CheckpointFiles, Store } from './ports.ts';

interface Deps {
  store: Pick<Store, 'publishedRuns' | 'consolidationOf' | 'policyOf' | 'getModel' | 'recordsSeen'>;
  checkpoints: Pick<CheckpointFiles, 'baseOf' | 'contents' | 'model'>;
}

function runOf({ report: { retain, before }, certified, ...run }: PublishedRun): ForgettingRun {
  const earlier = before && {
    ...{ people: before.people, people_above: before.people_above },
    ...{ unobservable_requests: before.unobservable_requests, verdict: before.verdict as Verdict | null },
  };
  const guarantee = guaranteeOf({ certified, anew: trainsAnew(run.method), baseSaw: run.base_saw });
  return { ...run, guarantee, utility: utilityOf(retain), earlier };
}

/** A consolidation is for nobody new: it leaves out all who were forgotten before it, so that its base must have seen none of them. */
function lineOf(runs: readonly PublishedRun[]): ForgettingRun[] {
  let seen = false;
  return runs.map((run) => {
    seen ||= run.base_saw;
    return runOf({ ...run, base_saw: run.kind === 'consolidation' ? seen : run.base_saw });
  });
}

/** The last two would be asked again after every consolidation: it would spend no less than what it takes the place of. */
async function hindranceOf(
  deps: Deps,
  tenant: string,
  model: { id: string; has_recipe: boolean; active: string },
  runs: readonly PublishedRun[],
): Promise<Hindrance> {
  if (!hasRecipe(model, await deps.checkpoints.model(model.active))) return 'recipe';
  if ((await baseOf(deps.checkpoints, model.active)).status === 'missing') return 'base';
  // a run says what was known of the base by then: it may have been registered since
  if (runs.some(({ base_saw }) => base_saw)) return 'seen';
  if (await baseSaw(deps, tenant, { forgotten_by: model.id }, model.active)) return 'seen';
  const last = runs.findLast(({ certified, method }) => certified || trainsAnew(method));
  return last?.certified ? 'certified' : null;
}

/** What is known of the model's line, by the policy in force; null for an unknown model. */
export async function readForgetting(
  deps: Deps,
  tenant: string,
  modelId: string,
  fallback: VerificationPolicy,
): Promise<(Forgetting & { hindrance: Hindrance; published: string[] }) | null> {
  const model = await deps.store.getModel(tenant, modelId);
  const known = model && (await deps.store.publishedRuns(tenant, modelId));
  if (!model || !known) return null;
  const { policy } = await policyInForce(deps.store, tenant, modelId, fallback);
  const budget = policy.forgetting ?? PRESETS.standard.policy.forgetting!;
  const line = forgettingLine(lineOf(known.runs), known.registered, budget);
  const consolidation: Consolidation | null = await deps.store.consolidationOf(tenant, modelId);
  const hindrance = await hindranceOf(deps, tenant, model, known.runs);
  const next = whatNext(line, hindrance, consolidation);
  const published = known.runs.map(({ run_id }) => run_id);
  return { model_id: modelId, ...line, consolidation, next, hindrance, published };
}

/**
 * Queues a consolidation for each model whose budget its last publications have spent, where it can be trained again; the sweep rings for
 * what waits. What waits is dropped where an exact run made it needless. One whose last consolidation published nothing is asked again with the next publication, and not by every sweep.
 */
export async function judgeBudgets(
  deps: Pick<RunDeps, 'store' | 'checkpoints' | 'policy' | 'worker' | 'log'>,
): Promise<void> {
  for (const { tenant, model_id } of await deps.store.modelsToJudge()) {
    const found = await readForgetting(deps, tenant, model_id, deps.policy);
    if (found === null) continue;
    const { budget, hindrance, published } = found;
    if (budget.spent && hindrance === null) {
      const one = { id: uuid(), tenant, model_id, why: 'budget', reason: budget.reason, actor: deps.worker } as const;
      await deps.store.queueConsolidation(one);
    } else if (found.consolidation?.state === 'waiting' && found.since_exact.requests === 0)
      await deps.store.dropConsolidation(tenant, found.consolidation.id, deps.worker);
    else if (budget.spent) deps.log.warn({ model_id }, `A budget of forgetting is spent. ${found.next}`);
    await deps.store.noteJudged(tenant, published);
  }
}
