// What a ring for a model starts: runs until nothing of it waits.
import { setTimeout as sleep } from 'node:timers/promises';
import { certifyUncertified } from './certify.ts';
import { checkpointSoon } from './checkpoint-ledger.ts';
import type { RunDeps } from './deps.ts';
import { executeRun } from './execute.ts';
import { judgeBudgets } from './forgetting.ts';

/** A crash at once after a crash is seldom the last one. */
const AFTER_CRASH_MS = 1000;

/**
 * Claims and executes runs of the model, one after the other, until nothing waits, another worker is at it, or
 * `signal` aborts. Rejects only when the store does not answer; the sweep rings again then.
 */
export async function workModel(deps: RunDeps, modelId: string, signal: AbortSignal): Promise<void> {
  const options = { lease_ms: deps.settings.leaseMs, max_restarts: deps.settings.maxRestarts };
  while (!signal.aborted) {
    const outcome = await deps.store.claim(modelId, deps.worker, options);
    if (outcome.status === 'nothing' || outcome.status === 'busy') return;
    if (outcome.status === 'gave_up') {
      deps.log.error({ model_id: modelId, run_id: outcome.run_id }, 'A run was restarted too often and has failed');
      continue;
    }
    const { run, fence } = outcome.claim;
    deps.log.info({ model_id: modelId, run_id: run.id, fence, restarts: run.restarts }, 'A run was claimed');
    const end = await executeRun(deps, outcome.claim, signal);
    deps.log.info({ model_id: modelId, run_id: run.id, fence, end }, 'A run ended');
    // its own: a large batch of people whom no model knows leaves thousands to the sweep, and the next run does not wait for those
    if (end.status === 'published') {
      await certifyUncertified(deps, run.id);
      await judgeBudgets(deps);
      await checkpointSoon(deps);
    }
    if (end.status === 'released' || end.status === 'fenced') return;
    if (end.status === 'crashed') await sleep(AFTER_CRASH_MS, undefined, { signal }).catch(() => undefined);
  }
}
