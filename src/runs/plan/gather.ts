// The facts of a plan, from the store and from the checkpoint's configuration.
import { KEPT_RECORDS, LOOKED_AT_AGAIN } from '../../domain/kept-probes.ts';
import type { Model } from '../../domain/resources.ts';
import { baseOf, baseSaw, hasRecipe } from '../base.ts';
import type { CheckpointFiles, Store } from '../ports.ts';
import type { PlanFacts } from './facts.ts';

interface Deps {
  store: Pick<Store, 'pastAttempts' | 'recordsSeen' | 'earlierRequests'>;
  checkpoints: Pick<CheckpointFiles, 'model' | 'baseOf' | 'contents' | 'hasSlices' | 'hasUpdates'>;
}
/** What the caller knows. `checkpoint`: that the run starts from. */
type Given = Pick<
  PlanFacts,
  'base_saw' | 'counts' | 'limits' | 'policy' | 'references_kept' | 'threads' | 'backend'
> & {
  tenant: string;
  model: Model;
  checkpoint: string;
};

/** As many as a run is handed at most: how many records each of them has is known to nobody who has not opened what is kept. */
async function earlierRows({ store }: Deps, { tenant, model }: Given): Promise<number> {
  const of = { tenant, model_id: model.id, but: null };
  const { requests, unobservable_requests } = await store.earlierRequests(of, { most: 0, seed: 0 });
  return KEPT_RECORDS * Math.min(LOOKED_AT_AGAIN, requests - unobservable_requests);
}

export async function gatherFacts(deps: Deps, given: Given): Promise<PlanFacts> {
  const { store, checkpoints } = deps;
  const { tenant, model, checkpoint, ...known } = given;
  const [stored, base, has_slices, has_updates, past, base_saw_forgotten, earlier_rows] = await Promise.all([
    checkpoints.model(checkpoint),
    baseOf(checkpoints, checkpoint),
    checkpoints.hasSlices(checkpoint),
    checkpoints.hasUpdates(checkpoint),
    store.pastAttempts(tenant, model.id),
    baseSaw(deps, tenant, { forgotten_by: model.id }, checkpoint),
    earlierRows(deps, given),
  ]);
  return {
    ...{ model: stored, has_recipe: hasRecipe(model, stored), base, has_slices, has_updates, rows: model.rows },
    ...{ ...known, past, base_saw_forgotten, earlier_rows },
  };
}

/** Seconds from now until a time; below zero where it has passed. */
export const secondsUntil = (time: string, now: Date): number => (Date.parse(time) - now.getTime()) / 1000;
