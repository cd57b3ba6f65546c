// Runs of one model, until nothing of it waits.
import { setTimeout as sleep } from 'node:timers/promises';
import { certifyUncertified } from './certify.ts';
import { checkpointSoon } from './checkpoint-ledger.ts';
import type { RunDeps } from './deps.ts';
import { executeRun, type RunEnd } from './execute.ts';
import { judgeBudgets } from './forgetting.ts';
import type { Claim, ClaimOptions } from './ports.ts';
import { tracedRun } from './trace-run.ts';
import { traced } from './tracing-port.ts';

/** A crash at once after a crash is seldom the last one. */
const AFTER_CRASH_MS = 1000;

const optionsOf = ({ settings }: RunDeps): ClaimOptions => ({
  ...{ lease_ms: settings.leaseMs, max_restarts: settings.maxRestarts },
  ...(settings.window ? { window: settings.window } : {}),
  ...(settings.tenantRuns ? { tenant_runs: settings.tenantRuns } : {}),
  ...(settings.accelerator ? { accelerator: settings.accelerator } : {}),
});

async function carryOut(deps: RunDeps, claim: Claim, signal: AbortSignal): Promise<RunEnd> {
  const { run, fence } = claim;
  const about = { model_id: claim.model.id, run_id: run.id, fence };
  deps.log.info({ ...about, restarts: run.restarts }, 'A run was claimed');
  const end = await executeRun(deps, claim, signal);
  deps.log.info({ ...about, end }, 'A run ended');
  // its own: a large batch of people whom no model knows leaves thousands to the sweep, and the next run does not wait for those
  if (end.status === 'published') {
    await traced(deps.tracing, 'certify', {}, () => certifyUncertified(deps, run.id));
    await judgeBudgets(deps);
    await checkpointSoon(deps);
  }
  return end;
}

/** Claims and executes one run of the model. `stop`: it was given back, or is another worker's. */
export async function workOnce(
  deps: RunDeps,
  modelId: string,
  signal: AbortSignal,
): Promise<'worked' | 'nothing' | 'stop'> {
  const outcome = await deps.store.claim(modelId, deps.worker, optionsOf(deps));
  if (outcome.status === 'nothing' || outcome.status === 'busy' || outcome.status === 'waits') return 'nothing';
  if (outcome.status === 'gave_up') {
    deps.log.error({ model_id: modelId, run_id: outcome.run_id }, 'A run was restarted too often and has ended');
    return 'worked';
  }
  const { claim } = outcome;
  const end = await tracedRun(deps, claim, () => carryOut(deps, claim, signal));
  if (end.status === 'released' || end.status === 'fenced') return 'stop';
  if (end.status === 'crashed') await sleep(AFTER_CRASH_MS, undefined, { signal }).catch(() => undefined);
  return 'worked';
}

/**
 * Claims and executes runs of the model, one after the other, until nothing waits, another worker is at it, or
 * `signal` aborts. Rejects only when the store does not answer; the sweep rings again then.
 */
export async function workModel(deps: RunDeps, modelId: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if ((await workOnce(deps, modelId, signal)) !== 'worked') return;
  }
}
