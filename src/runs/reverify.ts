// The schedule: a published checkpoint is looked at again while something is kept of somebody whom its model has forgotten.
import { v7 as uuid } from 'uuid';
import type { RunDeps } from './deps.ts';
import { earlierDigest } from './digests.ts';
import { policyInForce } from './policy.ts';

/** Queues what is due; the sweep rings for it, as for all that waits. */
export async function queueReverifications({
  store,
  policy: fallback,
  worker,
}: Pick<RunDeps, 'store' | 'policy' | 'worker'>): Promise<void> {
  for (const one of await store.dueReverifications(fallback.reverify_every_days ?? null)) {
    const policy = await policyInForce(store, one.tenant, one.model_id, fallback);
    await store.queueReverification({ ...one, id: uuid(), policy, query_digest: earlierDigest(one.model_id) }, worker);
  }
}
