// Deletes parents whose rollback window is over.
import type { RunDeps } from './deps.ts';

/**
 * Removes the weights first and writes it down after: the ledger never says `deleted` of something that is still there.
 * Killed in between, the next sweep repeats both, and removing twice does no harm.
 */
export async function retireExpired(deps: Pick<RunDeps, 'store' | 'checkpoints' | 'worker' | 'log'>): Promise<number> {
  const expired = await deps.store.expiredCheckpoints();
  for (const { tenant, digest, model_id } of expired) {
    await deps.checkpoints.remove(digest);
    await deps.store.markCheckpointDeleted(tenant, model_id, digest, deps.worker);
    deps.log.info({ model_id, digest }, 'A parent checkpoint was deleted; its rollback window is over');
  }
  return expired.length;
}
