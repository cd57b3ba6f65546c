// What a ring starts: it says that something waits, and the store says what is to begin first.
import type { RunDeps } from './deps.ts';
import type { WorkerNews } from './ports.ts';
import { workModel, workOnce } from './work-model.ts';

/** Who this worker is to the queue. */
export const newsOf = ({ worker, settings }: Pick<RunDeps, 'worker' | 'settings'>): WorkerNews => ({
  id: worker,
  backend: settings.backend,
  memory_bytes: settings.memoryBudgetBytes,
  max_parameters: settings.maxParameters ?? null,
  accelerator: settings.accelerator ?? null,
});

/** The first of the models that a run can be begun on. */
async function beginFirst(
  deps: RunDeps,
  models: readonly string[],
  signal: AbortSignal,
): Promise<'worked' | 'nothing' | 'stop'> {
  for (const modelId of models) {
    if (signal.aborted) return 'stop';
    const done = await workOnce(deps, modelId, signal);
    if (done !== 'nothing') return done;
  }
  return 'nothing';
}

/**
 * Claims and executes runs, whichever is first by now, until nothing that this worker can take is left. The model that was rung for is
 * looked at last where it is not among them: its window may have to be decided again. Rejects only when the store does not answer; the
 * sweep rings again then.
 */
export async function workQueue(deps: RunDeps, modelId: string, signal: AbortSignal): Promise<void> {
  const news = newsOf(deps);
  for (let first = true; !signal.aborted; first = false) {
    const models = await deps.store.modelsToRun(news);
    const done = await beginFirst(deps, models, signal);
    if (done === 'stop') return;
    if (done === 'nothing') {
      // nothing else is to be begun: a request that has just come may end the window of its model
      if (first && !models.includes(modelId) && (await deps.store.mayTake(modelId, news)))
        await workModel(deps, modelId, signal);
      return;
    }
  }
}
