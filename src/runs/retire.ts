// Deletes checkpoints that nobody needs: their rollback window is over, or somebody has ended it.
import type { Checkpoint } from '../domain/checkpoint.ts';
import type { RunDeps } from './deps.ts';
import type { RetireOutcome } from './ports.ts';

type RetireDeps = Pick<RunDeps, 'store' | 'checkpoints' | 'log'>;

/**
 * Removes the weights first and writes it down after: the ledger never says `deleted` of something that is still there.
 * Killed in between, the next sweep repeats both, and removing twice does no harm. `only`: this digest and no other.
 */
export async function retireExpired(deps: RetireDeps & { worker: string }, only?: string): Promise<number> {
  const expired = await deps.store.expiredCheckpoints();
  const due = only === undefined ? expired : expired.filter((one) => one.digest === only);
  for (const { tenant, digest, model_id } of due) {
    const remove = () => deps.checkpoints.remove(digest);
    if (await deps.store.deleteCheckpoint({ tenant, digest, model_id }, deps.worker, remove))
      deps.log.info({ model_id, digest }, 'A checkpoint was deleted; its rollback window is over');
  }
  return due.length;
}

/**
 * Ends a checkpoint's rollback window and deletes it. The decision stands in the ledger before anything is removed, so
 * the sweep finishes what is cut off here. Where another model has the same checkpoint, the files stay for that one. `check` throws where the
 * caller expects another state than the present one.
 */
export async function retire(
  deps: RetireDeps,
  who: { tenant: string; actor: string },
  modelId: string,
  digest: string,
  check?: (present: Checkpoint) => void,
): Promise<RetireOutcome> {
  const outcome = await deps.store.retireCheckpoint(who.tenant, modelId, digest, who.actor, check);
  if (outcome.status === 'retired') await retireExpired({ ...deps, worker: who.actor }, digest);
  return outcome;
}
